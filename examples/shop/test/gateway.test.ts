/** The shop as an app behind the gateway: this test is the gateway. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, test } from 'node:test'
import { createGatewayShop } from '../src/gateway/shop.ts'
import type { Shop } from '../src/serving.ts'

let shop: Shop
let gateway: Gateway

beforeEach(async () => {
  shop = createGatewayShop()
  shop.server.listen(0, '127.0.0.1')
  await once(shop.server, 'listening')
  gateway = new Gateway((shop.server.address() as AddressInfo).port)
})

afterEach(() => shop.close())

test('a visitor who stores nothing changes nothing in the session', async () => {
  for (const path of ['/', '/products/kyusu', '/cart', '/login', '/nowhere']) {
    const { changes, text } = await gateway.get(path)
    assert.equal(changes, undefined, path)
    assert.match(text, /Nothing is stored about you\./, path)
  }
})

test('cart and language are kept in the session of the gateway, as other apps find them there', async () => {
  await gateway.post('/cart/add', { product: 'kyusu' })
  await gateway.post('/cart/add', { product: 'kyusu', quantity: '2' })
  await gateway.post('/language', { language: 'ja' })
  assert.deepEqual([gateway.session.get('cart'), gateway.session.get('language')], ['{"kyusu":3}', 'ja'])
  assert.match((await gateway.get('/cart')).text, /17,400/)
  await gateway.post('/cart/remove', { product: 'kyusu' })
  assert.match((await gateway.get('/cart')).text, /カートは空です。/)
})

test('what another app has put into the session is used where it makes sense, and does no harm where not', async () => {
  gateway.session.set('cart', '{"pass":2,"ink":1.5,"pen":-1,"kyusu":"3","none":1,"yunomi":21}')
  assert.match((await gateway.get('/cart')).text, /Total tax included ¥1,300/)
  for (const text of ['x', '[]', 'null', '7', '{', '{"pass":1e9}', '{"__proto__":{"pass":1}}']) {
    gateway.session.set('cart', text)
    gateway.session.set('notice', text)
    gateway.session.set('language', text)
    assert.match((await gateway.get('/cart')).text, /Your cart is empty\./, text)
  }
})

test('a message is shown once, and a HEAD request does not use it up', async () => {
  await gateway.post('/cart/add', { product: 'ink' })
  await gateway.visit('/cart', { method: 'HEAD' })
  assert.match((await gateway.get('/cart')).text, /is in your cart\./)
  assert.doesNotMatch((await gateway.get('/cart')).text, /is in your cart\./)
})

test('whoever the gateway names is signed in, known to the shop or not', async () => {
  const passes = ['hana', 'jiro', '<山田>'].map(
    async (user) => (await gateway.get('/', { 'x-remote-user': octets(user) })).text,
  )
  const [known = '', unknown = '', other = ''] = await Promise.all(passes)
  assert.match(known, /You travel on the pass of Hana\./)
  assert.match(unknown, /You travel on the pass of jiro\./)
  assert.match(other, /You travel on the pass of &lt;山田&gt;\./)
  assert.match(known, /action="\/signout"/)
})

test('the form to sign in goes to the gateway and comes back to the page', async () => {
  const { text } = await gateway.get('/login?return=/checkout')
  assert.match(text, /action="\/signin\?return=%2Fcheckout"/)
  assert.match(text, /name="httpd_location" value="\/checkout"/)
  assert.doesNotMatch(text, /fuji-no-yama|the password is wrong/)
  assert.match((await gateway.get('/login?failed&return=/checkout')).text, /the password is wrong/)
  const inside = await gateway.get('/login?return=/checkout', { 'x-remote-user': 'hana' })
  assert.deepEqual([inside.status, inside.location], [303, '/checkout'])
})

test('an order takes the cart and says thanks once', async () => {
  const user = { 'x-remote-user': 'taro' }
  await gateway.post('/cart/add', { product: 'pen' })
  assert.equal((await gateway.post('/checkout', {}, {})).location, '/login?return=/checkout')
  assert.equal((await gateway.post('/checkout', {}, user)).location, '/thanks')
  assert.equal(gateway.session.has('cart'), false)
  assert.match((await gateway.get('/thanks', user)).text, /Dear Tarō, your order of 1 for ¥8,800/)
  assert.equal((await gateway.get('/thanks', user)).location, '/')
})

test('after a logout the cart is gone and the language stays, unless somebody else asks for it', async () => {
  const own = { 'sec-fetch-site': 'same-origin' }
  await gateway.post('/language', { language: 'ja' })
  await gateway.post('/cart/add', { product: 'pen' })
  for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { ...own, 'x-remote-user': 'hana' }]) {
    assert.equal((await gateway.get('/goodbye', headers)).location, '/')
    assert.equal(gateway.session.has('cart'), true)
  }
  assert.equal((await gateway.get('/goodbye', own)).location, '/')
  assert.match((await gateway.get('/')).text, /ログアウトしました。/)
  assert.deepEqual([...gateway.session.keys()], ['language'])
})

test('a form of another site is refused, and what only a shop with its own sessions has is not there', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'x-remote-user': 'hana' }
  assert.equal((await gateway.post('/checkout', {}, headers)).status, 403)
  for (const path of ['/sessions', '/logout']) assert.equal((await gateway.get(path)).status, 404, path)
  assert.equal((await gateway.post('/login', { user: 'hana' })).status, 405)
})

interface Seen {
  readonly status: number
  readonly location: string | undefined
  /** What the shop says to the gateway. */
  readonly changes: string | undefined
  readonly text: string
}

/** Keeps the session of one visitor, as the gateway does. */
class Gateway {
  readonly session: URLSearchParams = new URLSearchParams()
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
    return this.visit(path, { headers })
  }

  /** Sends a form, from a page of the site unless `headers` say something else. */
  post(path: string, fields: Record<string, string>, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
    const body = new URLSearchParams(fields).toString()
    return this.visit(path, { method: 'POST', headers: { ...form, ...headers }, body })
  }

  async visit(path: string, { headers = {}, body, ...options }: Visiting): Promise<Seen> {
    const session = `${this.session.toString()}&expiry=1795286717556000`
    const sent = request({
      port: this.#port,
      path,
      ...options,
      headers: { session, 'accept-language': 'en', ...headers },
    })
    sent.end(body)
    const [answer] = await once(sent, 'response')
    const parts: Buffer[] = []
    for await (const part of answer) parts.push(part)
    const changes = answer.headers['x-myapp-session']
    this.#merge(changes)
    const text = Buffer.concat(parts)
      .toString()
      .replaceAll(/<title>.*?<\/title>/g, ' ')
    return { status: answer.statusCode, location: answer.headers.location, changes, text: words(text) }
  }

  #merge(changes: string | undefined): void {
    for (const [key, value] of new URLSearchParams(changes)) {
      if (value === '') this.session.delete(key)
      else this.session.set(key, value)
    }
  }
}

interface Visiting {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Text and tags, but for those that only set a price apart. */
function words(html: string): string {
  return html.replaceAll(/<\/?(?:p|span|small|strong)\b[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
}

/** A header has octets, and the gateway writes UTF-8. */
function octets(text: string): string {
  return Buffer.from(text).toString('latin1')
}
