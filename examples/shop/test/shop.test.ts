import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import type { SessionStore } from 'sekisho'
import { FileStore } from 'sekisho/store/file'
import { MemoryStore } from 'sekisho/store/memory'
import type { Shop } from '../src/serving.ts'
import { createShop } from '../src/shop.ts'
import { createUsers, demoUsers, slowHash } from '../src/users.ts'
import { Visitor } from './visitor.ts'

let shop: Shop
let store: MemoryStore
let reads: number
let visitor: Visitor

beforeEach(async () => {
  store = new MemoryStore()
  reads = 0
  const read = store.read.bind(store)
  store.read = (address) => {
    reads += 1
    return read(address)
  }
  shop = await open(store)
  visitor = newVisitor()
})

afterEach(() => shop.close())

test('a visitor who stores nothing gets no cookie and costs no store call', async () => {
  for (const path of ['/', '/products/kyusu', '/cart', '/login', '/nowhere']) {
    const { headers, html } = await visitor.get(path)
    assert.equal(headers.get('set-cookie'), null, path)
    assert.match(html, /Nothing is stored about you\./, path)
  }
  assert.equal(reads, 0)
})

test('pages are complete, in one language, and guarded by headers', async () => {
  const { status, headers, html } = await visitor.get('/')
  assert.equal(status, 200)
  assert.match(html, /^<!doctype html>\s*<html lang="en">/)
  assert.equal(html.match(/<li class="card">/g)?.length, 12)
  assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; .*frame-ancestors 'none'$/)
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('referrer-policy'), 'same-origin')
  assert.equal(headers.get('vary'), 'Accept-Language, Cookie')
})

test('the style sheet is sent once and without a session', async () => {
  const { html } = await visitor.get('/')
  const [, href = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(html) ?? []
  const { status, headers } = await visitor.get(href)
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.equal(headers.get('vary'), null)
})

test('the first visit follows Accept-Language', async () => {
  const asked = async (wish: string): Promise<string | undefined> => {
    const { html } = await newVisitor({ 'accept-language': wish }).get('/')
    return /<html lang="(\w+)"/.exec(html)?.[1]
  }
  assert.equal(await asked('ja'), 'ja')
  assert.equal(await asked('fr-FR,fr;q=0.9,ja-JP;q=0.8,en;q=0.7'), 'ja')
  assert.equal(await asked('en;q=0.3, ja;q=0.2'), 'en')
  assert.equal(await asked('ja;q=0'), 'en')
  assert.equal(await asked(';;q=,,*'), 'en')
})

test('a chosen language is kept, and the visitor goes back to the page', async () => {
  const { status, location } = await visitor.post('/language', { language: 'ja', return: '/products/pen?a=1' })
  assert.deepEqual([status, location], [303, '/products/pen?a=1'])
  assert.match((await visitor.get('/cart')).html, /<html lang="ja">/)
  assert.equal((await visitor.post('/language', { language: 'xx' })).status, 400)
})

test('only paths of the shop are gone back to', async () => {
  for (const path of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/a\r\nb',
    '/\tevil',
    '',
    'a',
    '/あ',
  ]) {
    assert.equal((await visitor.post('/language', { language: 'en', return: path })).location, '/', path)
  }
  const login = { user: 'hana', password: 'fuji-no-yama', return: '//evil.example' }
  assert.equal((await visitor.post('/login', login)).location, '/')
  assert.equal((await visitor.get('/login?return=https://evil.example')).location, '/')
})

test('the cart takes, changes and gives up products', async () => {
  assert.equal((await visitor.post('/cart/add', { product: 'kyusu' })).location, '/cart')
  assert.match((await visitor.get('/cart')).text, /Side-handled teapot is in your cart\..*Total tax included ¥5,800/)
  await visitor.post('/cart/add', { product: 'kyusu', quantity: '2' })
  await visitor.post('/cart/add', { product: 'pass' })
  assert.match((await visitor.get('/cart')).text, /Total tax included ¥18,050/)
  await visitor.post('/cart/quantity', { product: 'kyusu', quantity: '1' })
  assert.match((await visitor.get('/cart')).text, /the quantity is now 1\..*Total tax included ¥6,450/)
  await visitor.post('/cart/remove', { product: 'kyusu' })
  assert.match((await visitor.get('/cart')).text, /teapot was removed from your cart\..*Total tax included ¥650/)
  await visitor.post('/cart/quantity', { product: 'pass', quantity: '0' })
  assert.match((await visitor.get('/cart')).text, /Your cart is empty\./)
})

test('a message is shown once, and a HEAD request does not use it up', async () => {
  await visitor.post('/cart/add', { product: 'ink' })
  await visitor.send('HEAD', '/cart')
  assert.match((await visitor.get('/cart')).html, /role="status"/)
  assert.doesNotMatch((await visitor.get('/cart')).html, /role="status"/)
})

test('two tabs that add the same product at the same time add it twice', async () => {
  await visitor.post('/cart/add', { product: 'yunomi' })
  await Promise.all(Array.from({ length: 5 }, () => visitor.post('/cart/add', { product: 'yunomi' })))
  assert.match((await visitor.get('/cart')).html, /name="quantity"\s+value="6"/)
})

test('a cart holds at most twenty of one product', async () => {
  await visitor.post('/cart/add', { product: 'ink', quantity: '15' })
  await visitor.post('/cart/add', { product: 'ink', quantity: '15' })
  assert.match((await visitor.get('/cart')).text, /There can be at most 20 of Ink “Dusk on the pass”\./)
})

test('an impossible product or quantity gets a friendly refusal and changes nothing', async () => {
  for (const quantity of ['-1', '21', '1.5', 'x', '', '1e1', '٣', '999999999999']) {
    assert.equal((await visitor.post('/cart/add', { product: 'ink', quantity })).status, 422, quantity)
    assert.equal((await visitor.post('/cart/quantity', { product: 'ink', quantity })).status, 422, quantity)
  }
  for (const product of ['none', '__proto__', 'constructor', '']) {
    for (const path of ['/cart/add', '/cart/quantity', '/cart/remove']) {
      const { status, html } = await visitor.post(path, { product, quantity: '1' })
      assert.equal(status, 422, `${path} ${product}`)
      assert.match(html, /Please check what you entered/)
    }
  }
  assert.equal((await visitor.post('/cart/remove', { product: 'ink' })).location, '/cart')
  assert.equal(visitor.cookies.size, 0)
})

test('an order needs a user and a cart, empties the cart and says thanks once', async () => {
  await visitor.post('/cart/add', { product: 'pen', quantity: '2' })
  assert.equal((await visitor.get('/checkout')).location, '/login?return=/checkout')
  assert.equal((await visitor.post('/checkout')).location, '/login?return=/checkout')
  assert.equal((await signIn(visitor, '/checkout')).location, '/checkout')
  assert.match((await visitor.get('/checkout')).text, /Fountain pen “Courier” × 2 ?¥17,600/)
  const answers = await Promise.all([visitor.post('/checkout'), visitor.post('/checkout')])
  assert.deepEqual(answers.map(({ location }) => location).toSorted(), ['/cart', '/thanks'])
  assert.match((await visitor.get('/thanks')).text, /Dear Hana, your order of 2 for ¥17,600/)
  assert.equal((await visitor.get('/thanks')).location, '/')
  assert.equal((await visitor.get('/checkout')).location, '/cart')
})

test('a login changes the cookie and keeps cart and language', async () => {
  await visitor.post('/language', { language: 'ja' })
  await visitor.post('/cart/add', { product: 'pen' })
  const before = visitor.cookies.get('sid-shop')
  await signIn(visitor)
  assert.notEqual(visitor.cookies.get('sid-shop'), before)
  const { text } = await visitor.get('/cart')
  assert.match(text, /ようこそ、花さん。.*万年筆「飛脚」.*花さんの手形/)
  assert.equal((await visitor.get('/login?return=/cart')).location, '/cart')

  const thief = newVisitor()
  thief.cookies.set('sid-shop', before ?? '')
  assert.doesNotMatch((await thief.get('/')).text, /花|Hana/)
})

test('an unknown user and a wrong password get the same answer', async () => {
  const wrong = await visitor.post('/login', { user: 'hana', password: 'guess' })
  const unknown = await visitor.post('/login', { user: 'jiro', password: 'guess' })
  assert.deepEqual([wrong.status, unknown.status], [422, 422])
  assert.match(wrong.html, /role="alert"[^>]*>\s*The user name or the password is wrong\./)
  assert.equal(wrong.html.replaceAll('"hana"', '"jiro"'), unknown.html)
  assert.equal((await visitor.post('/login')).status, 422)
  assert.equal(visitor.cookies.size, 0)
})

test('an unknown user and a wrong password cost the same work', async () => {
  const work: number[] = []
  const users = await createUsers(demoUsers, async (password, salt) => {
    work.push(salt.length)
    return slowHash(password, salt)
  })
  for (const id of ['hana', 'jiro', '', '__proto__']) {
    work.length = 0
    assert.equal(await users.check(id, 'guess'), undefined)
    assert.deepEqual(work, [16], id)
  }
  assert.equal((await users.check('taro', 'tokaido-53'))?.id, 'taro')
})

test('a logout ends the session and keeps only the language', async () => {
  await visitor.post('/language', { language: 'ja' })
  await visitor.post('/cart/add', { product: 'pen' })
  await signIn(visitor)
  const copy = newVisitor()
  copy.cookies.set('sid-shop', visitor.cookies.get('sid-shop') ?? '')
  await visitor.get('/')
  assert.equal((await visitor.post('/logout')).location, '/')
  const { text } = await visitor.get('/cart')
  assert.match(text, /ログアウトしました。.*カートは空です。/)
  assert.doesNotMatch((await copy.get('/')).text, /Hana/)
  assert.equal((await visitor.get('/logout')).status, 405)
})

test('the list shows every session of the user, and this one', async () => {
  await signIn(visitor)
  const phone = newVisitor({
    'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604.1',
  })
  await signIn(phone)
  await signIn(newVisitor(), '/', 'taro')
  const { html, text } = await visitor.get('/sessions')
  assert.equal(html.match(/class="line session"/g)?.length, 2)
  assert.match(text, /Safari · iPhone Signed in .* Last used just now/)
  assert.match(text, /Firefox · Linux This device/)
  assert.equal((await newVisitor().get('/sessions')).location, '/login?return=/sessions')
})

test('one session can be ended, but only one of the own', async () => {
  const [other, stranger] = [newVisitor(), newVisitor()]
  await signIn(visitor)
  await signIn(other)
  await signIn(stranger, '/', 'taro')
  const strange = await addressOf(stranger)
  await visitor.get('/sessions')
  for (const address of [strange, '', 'nonsense', 'f'.repeat(64)]) {
    assert.equal((await visitor.post('/sessions/end', { address })).location, '/sessions')
    assert.match((await visitor.get('/sessions')).text, /That session had already ended\./)
  }
  assert.match((await stranger.get('/')).text, /on the pass of Tarō/)

  await visitor.post('/sessions/end', { address: await addressOf(other) })
  assert.match((await visitor.get('/sessions')).text, /The session was ended\./)
  assert.match((await other.get('/')).text, /Nothing is stored about you/)
  assert.equal((await visitor.post('/sessions/end', { address: await addressOf(visitor) })).location, '/')
  assert.match((await visitor.get('/')).text, /You have signed out\./)
  assert.equal((await visitor.post('/sessions/end')).location, '/login?return=/sessions')
})

test('all other sessions can be ended at once', async () => {
  const others = [newVisitor(), newVisitor()]
  for (const each of [visitor, ...others]) await signIn(each)
  await visitor.get('/sessions')
  assert.equal((await visitor.post('/sessions/end-others')).location, '/sessions')
  const { text } = await visitor.get('/sessions')
  assert.match(text, /Other sessions ended: 2\..*You are not signed in anywhere else\./)
  for (const other of others) assert.equal((await other.get('/sessions')).location, '/login?return=/sessions')
  assert.equal((await others[0]?.post('/sessions/end-others'))?.location, '/login?return=/sessions')
})

test('a form from elsewhere is refused, and so is one that does not say where it is from', async () => {
  await signIn(visitor)
  const { origin } = visitor
  const refused: Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'cross-site', origin },
    { 'sec-fetch-site': 'same-site', origin },
    { 'sec-fetch-site': 'same-origin, cross-site' },
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: `${origin}.evil.example` },
    { referer: `${origin}/` },
  ]
  for (const headers of refused) {
    const { status, html } = await visitor.send('POST', '/logout', { headers, body: '' })
    assert.equal(status, 403, JSON.stringify(headers))
    assert.match(html, /That did not come from this shop/)
  }
  assert.match((await visitor.get('/')).text, /on the pass of Hana/)
  for (const headers of [{ origin }, { 'sec-fetch-site': 'none' }]) {
    assert.equal((await visitor.send('POST', '/language', { headers, body: 'language=ja' })).status, 303)
  }
})

test("what acts in a user's name needs a token of the session, and every page of the user has one", async () => {
  await signIn(visitor)
  const forms = ['/logout', '/checkout', '/sessions/end', '/sessions/end-others']
  const other = newVisitor()
  await signIn(other)
  const [, stolen = ''] = /name="token" value="([^"]+)"/.exec((await other.get('/')).html) ?? []
  for (const path of forms) {
    for (const token of ['', 'guess', stolen]) assert.equal((await visitor.post(path, { token })).status, 403, path)
  }
  const { html, text } = await visitor.get('/sessions')
  assert.match(text, /on the pass of Hana/)
  const tokens = [...html.matchAll(/name="token" value="([^"]+)"/g)].map(([, token = '']) => token)
  assert.equal(new Set(tokens).size, 4)
  for (const token of tokens) assert.equal((await visitor.post('/checkout', { token })).location, '/cart')
})

test('what a visitor sends is escaped wherever it is shown', async () => {
  const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`
  const failed = await visitor.post('/login', { user: attack, password: 'x', return: `/${attack}` })
  assert.match(failed.html, /value="&quot;&gt;&lt;script&gt;alert\(1\)/)
  const pages = [
    failed,
    await visitor.get(`/login?return=/%22%3E%3Cscript%3E`),
    await visitor.get(`/"><script>alert(1)</script>`),
    await visitor.get(`/products/"><script>`),
    await visitor.post('/cart/add', { product: attack }),
  ]
  for (const { html } of pages) assert.doesNotMatch(html, /<script|<img|onerror='/)

  const agent = newVisitor({ 'user-agent': '<script>alert(1)</script> Firefox/1' })
  await signIn(agent)
  assert.match((await agent.get('/sessions')).text, /Firefox This device/)
})

test('a form that is too large, of another type or broken gets a friendly refusal', async () => {
  const own = { 'sec-fetch-site': 'same-origin' }
  const body = `language=ja&rest=${'x'.repeat(16 * 1024)}`
  const large = await visitor.send('POST', '/language', { headers: own, body })
  assert.equal(large.status, 413)
  assert.match(large.html, /That was too much to carry/)
  assert.equal(await chunkedStatus(body), 413)
  const json = { ...own, 'content-type': 'application/json' }
  assert.equal((await visitor.send('POST', '/language', { headers: json, body: '{}' })).status, 415)
  assert.equal((await visitor.send('POST', '/language', { headers: own, body: '%ff%zz&&==&%00' })).status, 400)
})

test('unknown paths and methods get a friendly page', async () => {
  for (const path of ['/nowhere', '/products/', '/products/none', '/products/a/b', '/Cart', '/cart/', '/%00', '/%zz']) {
    const { status, html } = await visitor.get(path)
    assert.equal(status, 404, path)
    assert.match(html, /This road leads nowhere/)
  }
  const put = await visitor.send('PUT', '/checkout')
  assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, HEAD, POST'])
  const post = await visitor.post('/cart')
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD'])
})

test('a session that ends while its request is under way is no fault of the shop', async () => {
  await visitor.post('/cart/add', { product: 'pen' })
  const read = store.read.bind(store)
  store.read = (address) => {
    const found = read(address)
    void store.delete(address)
    return found
  }
  const { status, location } = await visitor.post('/cart/add', { product: 'pen' })
  assert.deepEqual([status, location], [303, '/'])
})

test('a foreign or broken cookie is nobody', async () => {
  for (const value of ['x', 'A'.repeat(64), '%', 'a'.repeat(3000)]) {
    visitor.cookies.set('sid-shop', value)
    const { status, text } = await visitor.get('/sessions')
    assert.deepEqual([status, text], [303, ''])
  }
})

test('with files, a restart of the server loses neither login nor cart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-shop-'))
  try {
    const first = await open(new FileStore({ directory: join(directory, 'sessions') }))
    const guest = new Visitor(originOf(first))
    await guest.post('/cart/add', { product: 'furoshiki' })
    await signIn(guest)
    await first.close()

    const second = await open(new FileStore({ directory: join(directory, 'sessions') }))
    const back = new Visitor(originOf(second), {}, guest.cookies)
    assert.match((await back.get('/cart')).text, /Wrapping cloth “Hemp leaf”.*on the pass of Hana/)
    await second.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('closing waits for the answers under way', async () => {
  const slow = await createShop({
    store: new MemoryStore(),
    development: true,
    users: await createUsers(demoUsers, async (password) => {
      await new Promise((resolve) => {
        setTimeout(resolve, 50)
      })
      return Buffer.from(password.padEnd(32).slice(0, 32))
    }),
  })
  await listening(slow)
  const guest = new Visitor(originOf(slow))
  const answer = signIn(guest)
  await new Promise((resolve) => {
    setTimeout(resolve, 20)
  })
  await Promise.all([slow.close(), answer])
  assert.equal((await answer).status, 303)
  await assert.rejects(guest.get('/'))
})

async function open(kept: SessionStore): Promise<Shop> {
  const opened = await createShop({ store: kept, development: true })
  await listening(opened)
  return opened
}

function listening({ server }: Shop): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
}

function originOf({ server }: Shop): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function newVisitor(headers: Record<string, string> = {}): Visitor {
  return new Visitor(originOf(shop), headers)
}

function signIn(who: Visitor, next = '/', id = 'hana'): ReturnType<Visitor['post']> {
  const password = demoUsers.find((user) => user.id === id)?.password ?? ''
  return who.post('/login', { user: id, password, return: next })
}

/** The address of a visitor's own session, from the form in the list. */
async function addressOf(who: Visitor): Promise<string> {
  const { html } = await who.get('/sessions')
  return /aria-current="true".*?name="address" value="(\w+)"/s.exec(html)?.[1] ?? ''
}

/** Sends a form without its length, as a program may. */
function chunkedStatus(body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }
    const req = request(`${originOf(shop)}/language`, { method: 'POST', headers }, (res) => resolve(res.statusCode))
    req.on('error', reject)
    req.write(body.slice(0, 1000))
    req.end(body.slice(1000))
  })
}
