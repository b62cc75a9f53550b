/** The site in Chromium: whatever one half does to the login and the cart, the other half sees. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { freePort } from '../src/program.ts'
import { Site } from '../src/site.ts'
import { openState, type SiteState } from '../src/state.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const pictures = `${repository}artifacts/php-share`
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

let state: SiteState
let site: Site
let browser: Browser
let address: string

before(async () => {
  mkdirSync(pictures, { recursive: true })
  const [program] = ['browser', 'languages'].map((needed) =>
    execFileSync(process.execPath, ['--conditions=source', `${repository}scripts/${needed}.ts`])
      .toString()
      .trim(),
  )
  browser = await chromium.launch({ ...(program && { executablePath: program }), args: flags })
  state = openState(mkdtempSync(join(tmpdir(), 'sekisho-php-share-')))
  site = new Site(state)
  const port = await freePort()
  address = `http://localhost:${port}`
  await site.open(port)
})

after(async () => {
  await browser?.close()
  await site?.close()
  rmSync(state.directory, { recursive: true })
})

test('what is put into the cart on the one side is there on the other, and can be taken out there', async () => {
  const tab = await newVisitor()
  await tab.goto('/')
  assert.deepEqual(await tab.context().cookies(), [], 'who stores nothing gets no cookie')
  await tab.getByRole('button', { name: 'Add Hōjicha' }).click()
  await tab.getByRole('button', { name: 'Add Hōjicha' }).click()
  await tab.getByRole('button', { name: 'Add Side-handled teapot' }).click()
  await tab.getByRole('link', { name: 'Cart (3)' }).click()
  await tab.getByText('Hōjicha “Night watch” × 2').waitFor()
  await tab.getByText('¥8,600').waitFor()
  await tab.getByRole('button', { name: 'Take one out' }).first().click()
  await tab.getByText('Hōjicha “Night watch” × 1').waitFor()
  await tab.getByRole('link', { name: 'Shop' }).click()
  await tab.getByRole('link', { name: 'Cart (2)' }).waitFor()
  const cookies = await tab.context().cookies()
  assert.deepEqual(
    cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]),
    [['PHPSESSID', true, 'Lax']],
  )
})

test('a login on the PHP page is one for the shop; the shop ends it for both; the cart comes along', async () => {
  const tab = await newVisitor()
  await tab.goto('/')
  await tab.getByRole('button', { name: 'Add Sencha' }).click()
  await tab.goto('/php/')
  const planted = await sessionOf(tab)
  await logIn(tab, 'hana', 'PHP')
  await tab.getByText('Signed in as hana').waitFor()
  assert.notEqual(await sessionOf(tab), planted, 'a login has a new id')
  await shoot(tab, 'cart-php')
  await tab.getByRole('link', { name: 'Shop' }).click()
  await tab.getByText('Signed in as hana').waitFor()
  await tab.getByRole('link', { name: 'Cart (1)' }).waitFor()
  await shoot(tab, 'shop-typescript')
  await tab.getByRole('button', { name: 'Log out through TypeScript' }).click()
  await tab.getByRole('button', { name: 'Log in through TypeScript' }).waitFor()
  assert.deepEqual(await tab.context().cookies(), [])
  await tab.goto('/php/')
  await tab.getByRole('button', { name: 'Log in through PHP' }).waitFor()
})

test('a login in the shop is one for the PHP page; PHP ends it for both; the cart comes along', async () => {
  const tab = await newVisitor()
  await tab.goto('/')
  await tab.getByRole('button', { name: 'Add Sencha' }).click()
  const planted = await sessionOf(tab)
  await logIn(tab, 'taro', 'TypeScript')
  await tab.getByText('Signed in as taro').waitFor()
  assert.notEqual(await sessionOf(tab), planted, 'a login has a new id')
  assert.equal(readdirSync(state.sessions).includes(`sess_${planted}`), false, 'and the old one is nobody’s')
  await tab.goto('/php/')
  await tab.getByText('Signed in as taro').waitFor()
  await tab.getByText('Sencha “Hakone” × 1').waitFor()
  assert.match(readFileSync(join(state.sessions, `sess_${await sessionOf(tab)}`), 'utf8'), /user\|s:4:"taro";/)
  await tab.getByRole('button', { name: 'Log out through PHP' }).click()
  await tab.getByText('The cart is empty.').waitFor()
  await tab.goto('/')
  await tab.getByRole('button', { name: 'Log in through TypeScript' }).waitFor()
})

test('a wrong password is refused on either side, and so is a form of another site', async () => {
  const tab = await newVisitor()
  for (const [path, language] of [
    ['/', 'TypeScript'],
    ['/php/', 'PHP'],
  ] as const) {
    await tab.goto(path)
    await logIn(tab, 'hana', language, 'wrong')
    await tab.getByText('That name and password are not known here.').waitFor()
  }
  for (const path of ['/add', '/php/take']) {
    const answer = await fetch(address + path, { method: 'POST', headers: { origin: 'https://evil.example' } })
    assert.equal(answer.status, 403, path)
  }
})

async function newVisitor(): Promise<Page> {
  const context = await browser.newContext({ baseURL: address, locale: 'en-GB', viewport: { width: 900, height: 560 } })
  context.setDefaultTimeout(15_000)
  return context.newPage()
}

async function logIn(tab: Page, user: string, language: string, password = state.passwords[user] ?? ''): Promise<void> {
  await tab.getByLabel('Name').fill(user)
  await tab.getByLabel('Password').fill(password)
  await tab.getByRole('button', { name: `Log in through ${language}` }).click()
}

/** The id in PHP's cookie. */
async function sessionOf(tab: Page): Promise<string> {
  const [cookie] = await tab.context().cookies()
  return cookie?.value ?? ''
}

async function shoot(tab: Page, name: string): Promise<void> {
  await tab.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}
