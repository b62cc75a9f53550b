import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { MemoryStore } from 'sekisho/store/memory'
import type { Shop } from '../src/serving.ts'
import { createShop } from '../src/shop.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const pictures = `${repository}artifacts/shop`
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const japanese: BrowserContextOptions = { locale: 'ja-JP', viewport: { width: 1280, height: 900 } }
const english: BrowserContextOptions = { ...japanese, locale: 'en-GB' }
const phone: BrowserContextOptions = {
  ...japanese,
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
}

let shop: Shop
let browser: Browser
let address: string
const contexts: BrowserContext[] = []

before(async () => {
  mkdirSync(pictures, { recursive: true })
  const program = execFileSync(process.execPath, ['--conditions=source', `${repository}scripts/browser.ts`])
  browser = await chromium.launch({ executablePath: program.toString().trim(), args: flags })
  shop = await createShop({ store: new MemoryStore(), development: true })
  await new Promise<void>((resolve) => {
    shop.server.listen(0, '127.0.0.1', resolve)
  })
  address = `http://localhost:${(shop.server.address() as AddressInfo).port}`
})

after(async () => {
  await browser?.close()
  await shop?.close()
})

test('a login survives from page to page and across tabs', async () => {
  const tab = await newVisitor(japanese)
  await tab.goto('/')
  await tab.getByRole('link', { name: 'ログイン' }).click()
  await signIn(tab, 'hana', 'fuji-no-yama')
  await seeText(tab, 'ようこそ、花さん。')
  await tab.getByRole('link', { name: '煎茶「箱根」' }).click()
  await seeText(tab, '花さんの手形でお通ししています。')

  const otherTab = await tab.context().newPage()
  await otherTab.goto('/cart')
  await seeText(otherTab, '花さんの手形でお通ししています。')
  await otherTab.getByRole('button', { name: 'ログアウト' }).click()
  await seeText(otherTab, 'ログアウトしました。')
  await tab.reload()
  await seeText(tab, '名前のない手形でお通ししています。')
})

test('a cart survives from page to page, across tabs, through a login and until the order', async () => {
  const tab = await newVisitor(english)
  await tab.goto('/')
  await shoot(tab, 'catalogue-en')
  await tab.getByRole('button', { name: 'Add Matcha “Arai” to the cart' }).click()
  await seeText(tab, 'Matcha “Arai” is in your cart.')

  const otherTab = await tab.context().newPage()
  await otherTab.goto('/products/kyusu')
  await shoot(otherTab, 'product-en')
  await otherTab.getByLabel('Quantity').fill('2')
  await otherTab.getByRole('button', { name: 'Add to cart' }).click()
  await seeText(otherTab, 'Side-handled teapot is in your cart.')

  await tab.reload()
  await seeText(tab, '¥14,000')
  await shoot(tab, 'cart-en')
  await tab.getByRole('link', { name: 'Check out' }).click()
  await signIn(tab, 'taro', 'tokaido-53')
  await tab.getByRole('heading', { name: 'Review your order' }).waitFor()
  await seeText(tab, 'Side-handled teapot × 2')
  await shoot(tab, 'checkout-en')
  await tab.getByRole('button', { name: 'Place the order' }).click()
  await seeText(tab, 'Dear Tarō, your order of 3 for ¥14,000')
  await shoot(tab, 'thanks-en')
  await otherTab.goto('/cart')
  await seeText(otherTab, 'Your cart is empty.')
  await shoot(otherTab, 'cart-empty-en')
})

test('the language is what the browser asks for until one is chosen, and then stays across tabs', async () => {
  const tab = await newVisitor(english)
  await tab.goto('/products/ink')
  assert.equal(await tab.locator('html').getAttribute('lang'), 'en')
  assert.deepEqual(await tab.context().cookies(), [])
  await tab.getByRole('button', { name: '日本語' }).click()
  await tab.getByRole('heading', { name: 'インク「峠の夕暮れ」' }).waitFor()
  assert.equal(new URL(tab.url()).pathname, '/products/ink')

  const otherTab = await tab.context().newPage()
  await otherTab.goto('/')
  assert.equal(await otherTab.locator('html').getAttribute('lang'), 'ja')
  const [cookie, ...others] = await tab.context().cookies()
  assert.deepEqual([cookie?.name, cookie?.httpOnly, cookie?.sameSite, others], ['sid-shop', true, 'Lax', []])
})

test('two browsers are two sessions, and ending one logs that one out', async () => {
  const first = await newVisitor(japanese)
  const second = await newVisitor(english)
  for (const tab of [first, second]) {
    await tab.goto('/login')
    await signIn(tab, 'hana', 'fuji-no-yama')
    await tab.waitForURL('**/')
    await tab.goto('/sessions')
  }
  await first.reload()
  assert.equal(await first.locator('.session').count(), 2)
  assert.match((await first.locator('.session[aria-current]').textContent()) ?? '', /Chrome · Linux\s+この端末/)
  await shoot(first, 'sessions-ja')
  await first.getByRole('button', { name: 'Chrome · Linuxのログインを終了する' }).click()
  await seeText(first, '端末のログインを終了しました。')
  await second.goto('/sessions')
  assert.equal(new URL(second.url()).pathname, '/login')
  await first.reload()
  await seeText(first, '他の端末ではログインしていません。')
})

test('a wrong password is refused and the form says so', async () => {
  const tab = await newVisitor(japanese)
  await tab.goto('/login?return=/cart')
  await signIn(tab, 'hana', 'wrong')
  await tab.getByRole('alert').getByText('ユーザー名かパスワードが違います。').waitFor()
  assert.equal(await tab.getByLabel('ユーザー名').inputValue(), 'hana')
  await shoot(tab, 'login-error-ja')
  await signIn(tab, 'hana', 'fuji-no-yama')
  await tab.waitForURL('**/cart')
})

test('everything works without JavaScript', async () => {
  const tab = await newVisitor({ ...japanese, javaScriptEnabled: false })
  await tab.goto('/')
  await tab.getByRole('button', { name: '湯呑み「波」をカートに入れる' }).click()
  await tab.getByLabel('湯呑み「波」の数量', { exact: true }).fill('3')
  await tab.getByRole('button', { name: '湯呑み「波」の数量を変更' }).click()
  await seeText(tab, '湯呑み「波」を3点にしました。')
  await tab.getByRole('button', { name: 'English' }).click()
  await tab.getByRole('link', { name: 'Check out' }).click()
  await signIn(tab, 'taro', 'tokaido-53')
  await tab.getByRole('button', { name: 'Place the order' }).click()
  await tab.getByRole('heading', { name: 'Thank you' }).waitFor()
})

test('no page is wider than a small phone', async () => {
  const tab = await newVisitor(phone)
  await tab.goto('/')
  await shoot(tab, 'catalogue-phone')
  await tab.getByRole('button', { name: '万年筆「飛脚」をカートに入れる' }).tap()
  await tab.waitForURL('**/cart')
  await tab.goto('/products/pass')
  await tab.getByRole('button', { name: 'カートに入れる' }).tap()
  await tab.waitForURL('**/cart')
  await shoot(tab, 'cart-phone')
  await tab.goto('/login')
  await shoot(tab, 'login-phone')
  await signIn(tab, 'hana', 'fuji-no-yama')
  await seeText(tab, 'ようこそ、花さん。')
  for (const path of ['/', '/products/pen', '/cart', '/checkout', '/sessions', '/nowhere']) {
    await tab.goto(path)
    await shoot(tab, `phone${path.replaceAll('/', '-')}`)
    const [width, small] = (await tab.evaluate(measures)) as [number, string[]]
    assert.equal(width, 360, path)
    assert.deepEqual(small, [], path)
  }
})

test('the pages follow the dark scheme, load nothing from elsewhere and break no policy', async () => {
  const tab = await newVisitor({ ...japanese, colorScheme: 'dark' })
  const complaints: string[] = []
  tab.on('console', (message) => complaints.push(message.text()))
  tab.on('request', (request) => request.url().startsWith(address) || complaints.push(request.url()))
  await tab.goto('/')
  await shoot(tab, 'catalogue-dark')
  await tab.getByRole('button', { name: 'ほうじ茶「碓氷」をカートに入れる' }).click()
  await tab.waitForURL('**/cart')
  await shoot(tab, 'cart-dark')
  await tab.goto('/login')
  await shoot(tab, 'login-dark')
  const background = await tab.evaluate('getComputedStyle(document.body).backgroundColor')
  assert.equal(background, 'rgb(23, 25, 29)')
  assert.deepEqual(complaints, [])
})

test('the catalogue fits a tablet and a large screen', async () => {
  for (const width of [768, 1280, 1920]) {
    const tab = await newVisitor({ ...japanese, viewport: { width, height: 1000 } })
    await tab.goto('/')
    await shoot(tab, `catalogue-ja-${width}`)
    assert.equal(await tab.evaluate('document.documentElement.scrollWidth'), width)
  }
})

/** The width of the page, and the controls that are too small for a finger. */
const measures = `[
  document.documentElement.scrollWidth,
  [...document.querySelectorAll('button, input:not([type=hidden]), nav a')]
    .filter((control) => control.getBoundingClientRect().height < 44)
    .map((control) => control.outerHTML),
]`

/** A browser of its own: another cookie jar, another session. */
async function newVisitor(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ baseURL: address, ...options })
  context.setDefaultTimeout(15_000)
  contexts.push(context)
  return context.newPage()
}

async function signIn(tab: Page, user: string, password: string): Promise<void> {
  await tab.locator('input[name=user]').fill(user)
  await tab.locator('input[name=password]').fill(password)
  await tab.locator('main button').click()
}

async function seeText(tab: Page, text: string): Promise<void> {
  await tab.getByText(text).first().waitFor()
}

async function shoot(tab: Page, name: string): Promise<void> {
  await tab.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}
