import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { newState, RunningSite } from './running-site.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const pictures = `${repository}artifacts/site`
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const japanese: BrowserContextOptions = { locale: 'ja-JP', viewport: { width: 1280, height: 900 } }

let site: RunningSite
let browser: Browser

before(async () => {
  mkdirSync(pictures, { recursive: true })
  const program = execFileSync(process.execPath, ['--conditions=source', `${repository}scripts/browser.ts`])
  browser = await chromium.launch({ executablePath: program.toString().trim(), args: flags })
  site = await RunningSite.open(newState())
})

after(async () => {
  await browser?.close()
  await site?.dispose()
})

test('both apps know the login, the cart and the language, a restart keeps them, and a logout ends the login in both', async () => {
  const tab = await newVisitor()
  await tab.goto('/')
  await tab.getByRole('button', { name: '抹茶「新居」をカートに入れる' }).click()
  await tab.getByRole('button', { name: 'English' }).click()
  await tab.getByText('¥2,400').first().waitFor()
  const anonymous = await cookieOf(tab)

  await tab.goto('/gatehouse/')
  assert.equal(new URL(tab.url()).pathname, '/login')
  await signIn(tab, 'hana', 'not the password')
  await tab.getByRole('alert').getByText('The user name or the password is wrong.').waitFor()
  await shoot(tab, 'login-failed-en')
  await signIn(tab, 'hana', site.passwordOf('hana'))
  await tab.waitForURL('**/gatehouse/')
  await tab.getByRole('heading', { name: 'Gatehouse' }).waitFor()
  assert.deepEqual(await passOf(tab), { user: 'hana', pieces: '1' })
  assert.notEqual(await cookieOf(tab), anonymous)
  await shoot(tab, 'gatehouse-en')

  await tab.getByRole('button', { name: 'Put the bookmark' }).click()
  await tab.getByRole('button', { name: '日本語' }).click()
  await tab.getByRole('heading', { name: '番所' }).waitFor()
  assert.deepEqual(await passOf(tab), { user: 'hana', pieces: '2' })
  await shoot(tab, 'gatehouse-ja')
  await tab.getByRole('link', { name: '店へ戻る' }).click()
  await seeText(tab, '花さんの手形でお通ししています。')
  await tab.goto('/cart')
  await seeText(tab, 'しおり「通行手形」')
  await seeText(tab, '3,050')
  await shoot(tab, 'cart-ja')

  await restart()
  await tab.reload()
  await seeText(tab, '花さんの手形でお通ししています。')
  await seeText(tab, '3,050')
  await tab.goto('/gatehouse/')
  assert.deepEqual(await passOf(tab), { user: 'hana', pieces: '2' })

  const copy = await newVisitor()
  await copy.context().addCookies(await tab.context().cookies())
  await copy.goto('/gatehouse/')
  assert.deepEqual(await passOf(copy), { user: 'hana', pieces: '2' })
  await tab.getByRole('button', { name: 'ログアウト' }).click()
  await seeText(tab, 'ログアウトしました。')
  await shoot(tab, 'goodbye-ja')
  for (const each of [tab, copy]) {
    await each.goto('/gatehouse/')
    assert.equal(new URL(each.url()).pathname, '/login')
  }
  await tab.goto('/cart')
  await seeText(tab, 'カートは空です。')
  await seeText(tab, '名前のない手形でお通ししています。')
})

test('an order asks for the login, keeps the cart through it, and the logout of the shop is that of the gatehouse too', async () => {
  const tab = await newVisitor({ ...japanese, locale: 'en-GB', javaScriptEnabled: false })
  await tab.goto('/products/kyusu')
  await tab.getByRole('button', { name: 'Add to cart' }).click()
  await seeText(tab, 'Side-handled teapot is in your cart.')
  await tab.getByRole('link', { name: 'Check out' }).click()
  await signIn(tab, 'taro', site.passwordOf('taro'))
  await seeText(tab, 'Side-handled teapot × 1')
  await tab.getByRole('button', { name: 'Place the order' }).click()
  await seeText(tab, 'Dear Tarō, your order of 1 for ¥5,800')
  await shoot(tab, 'thanks-en')
  await tab.getByRole('link', { name: 'Gatehouse' }).click()
  assert.deepEqual(await passOf(tab), { user: 'taro', pieces: '0' })
  await tab.goto('/')
  await tab.getByRole('button', { name: 'Sign out' }).click()
  await seeText(tab, 'You have signed out.')
  await tab.goto('/gatehouse/')
  assert.equal(new URL(tab.url()).pathname, '/login')
})

test('the area behind the dialog of the browser gets a session of its own, below its path only', async () => {
  const tab = await newVisitor({ httpCredentials: { username: 'hana', password: site.passwordOf('hana') } })
  await tab.goto('/secure/')
  await tab.getByRole('heading', { name: 'Secure Area' }).waitFor()
  const cookies = await tab.context().cookies()
  assert.deepEqual(
    cookies.map(({ name, path }) => `${name} ${path}`),
    ['secureSession /secure'],
  )
})

test('both apps fit a small phone', async () => {
  const tab = await newVisitor({ ...japanese, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
  await tab.goto('/login?return=/gatehouse/')
  await shoot(tab, 'login-phone')
  await signIn(tab, 'hana', site.passwordOf('hana'))
  await tab.waitForURL('**/gatehouse/')
  await shoot(tab, 'gatehouse-phone')
  for (const path of ['/', '/gatehouse/']) {
    await tab.goto(path)
    assert.equal(await tab.evaluate('document.documentElement.scrollWidth'), 360, path)
  }
})

/** Ends everything, and opens it at the same address. */
async function restart(): Promise<void> {
  const { state, port } = site
  assert.equal(await site.close(), 0)
  assert.deepEqual(await site.leftovers(), [])
  site = await RunningSite.open(state, { PORT: port })
}

async function newVisitor(options: BrowserContextOptions = japanese): Promise<Page> {
  const context = await browser.newContext({ baseURL: `http://localhost:${site.port}`, ...options })
  context.setDefaultTimeout(15_000)
  return context.newPage()
}

async function signIn(tab: Page, user: string, password: string): Promise<void> {
  await tab.locator('input[name=httpd_username]').fill(user)
  await tab.locator('input[name=httpd_password]').fill(password)
  await tab.locator('main button').click()
}

async function passOf(tab: Page): Promise<{ readonly user: string | null; readonly pieces: string | null }> {
  return { user: await tab.locator('#user').textContent(), pieces: await tab.locator('#pieces').textContent() }
}

async function cookieOf(tab: Page): Promise<string | undefined> {
  const cookies = await tab.context().cookies()
  return cookies.find(({ name }) => name === 'sessionid')?.value
}

async function seeText(tab: Page, text: string): Promise<void> {
  await tab.getByText(text).first().waitFor()
}

async function shoot(tab: Page, name: string): Promise<void> {
  await tab.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}
