/**
 * The gatehouse is the same in every language that it is written in: a suite, and a file for each of them.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chooseGatehouse } from '../src/gatehouse.ts'
import { answers, freePort } from '../src/ports.ts'

/** Installs what is missing. */
const languages = fileURLToPath(new URL('../../../scripts/languages.ts', import.meta.url))
const key = randomBytes(32)
const id = 'f'.repeat(64)

/** What the gateway would send in X-Signed-Session. */
function signed(age = 0, secret = key): string {
  const content = `${id}.${Math.floor(Date.now() / 1000) - age}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

const gateway = () => ({ 'x-signed-session': signed(), 'x-remote-user': 'hana', 'accept-language': 'en' })

/** What every gatehouse does. */
export function gatehouseSuite(language: 'python' | 'php' | 'node'): void {
  describe(`the gatehouse in ${language}`, () => {
    let program: ChildProcess
    let address: string

    before(async () => {
      execFileSync(process.execPath, ['--conditions=source', languages])
      const port = (await freePort()) ?? 0
      const { command, args } = chooseGatehouse(language)
      const env = { ...process.env, PORT: String(port), SESSION_KEY: key.toString('hex') }
      program = spawn(command, args(port), { env, stdio: 'ignore' })
      await answers({ port }, AbortSignal.timeout(20_000))
      address = `http://127.0.0.1:${port}/gatehouse/`
    })

    after(async () => {
      program.kill()
      await once(program, 'exit')
    })

    test('shows who it is and what is in the cart, in the language of the session', async () => {
      const session = new URLSearchParams({ cart: '{"pass":2,"ink":1}', language: 'ja', expiry: '1795286717556000' })
      const answer = await fetch(address, { headers: { ...gateway(), session: String(session) } })
      const page = await answer.text()
      assert.equal(answer.status, 200)
      assert.deepEqual(
        [/<html lang="(\w+)"/, /id="user">([^<]*)/, /id="pieces">([^<]*)/, /<code>([^<]*)/].map(
          (part) => part.exec(page)?.[1],
        ),
        ['ja', 'hana', '3', id],
      )
      assert.doesNotMatch(page, /\{\w+\}/)
    })

    test('shows a visitor without a cart, and escapes what it shows', async () => {
      const user = Buffer.from('<山"田>').toString('latin1')
      const page = await (await fetch(address, { headers: { ...gateway(), 'x-remote-user': user } })).text()
      assert.match(page, /id="user">&(?:lt|#60);山&(?:quot|#34);田&(?:gt|#62);<.*id="pieces">0</s)
      assert.match(page, /<html lang="en"/)
    })

    test('changes the session by the header of its answer', async () => {
      const post = async (form: Record<string, string>, session: Record<string, string> = {}) => {
        const headers = { ...gateway(), session: String(new URLSearchParams(session)), 'sec-fetch-site': 'same-origin' }
        const body = new URLSearchParams(form)
        const answer = await fetch(address, { method: 'POST', headers, body, redirect: 'manual' })
        assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/gatehouse/'])
        return Object.fromEntries(new URLSearchParams(answer.headers.get('x-signed-session') ?? ''))
      }
      assert.deepEqual(await post({ language: 'ja' }), { language: 'ja' })
      assert.deepEqual(await post({ language: 'xx' }), {})
      const added = await post({ add: 'pass' }, { cart: '{"ink":3}' })
      assert.deepEqual(JSON.parse(added['cart'] ?? ''), { ink: 3, pass: 1 })
      const full = await post({ add: 'pass' }, { cart: '{"pass":20}' })
      assert.deepEqual(JSON.parse(full['cart'] ?? ''), { pass: 20 })
    })

    test('turns away whatever has not come through the gateway', async () => {
      const forged = [undefined, '', 'x', signed(0, randomBytes(32)), signed(301), signed(-60), `${signed()}A`]
      for (const header of forged) {
        const { 'x-signed-session': _, ...others } = gateway()
        const headers = header === undefined ? others : { ...others, 'x-signed-session': header }
        for (const method of ['GET', 'POST']) assert.equal((await fetch(address, { method, headers })).status, 403)
      }
    })

    test('refuses the form of another site, and knows one page only', async () => {
      const headers = { ...gateway(), 'sec-fetch-site': 'cross-site' }
      const body = new URLSearchParams({ add: 'pass' })
      assert.equal((await fetch(address, { method: 'POST', headers, body })).status, 403)
      assert.equal((await fetch(`${address}nowhere`, { headers: gateway() })).status, 404)
    })
  })
}
