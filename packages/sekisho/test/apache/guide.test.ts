import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { repo } from '../../../../scripts/lib/repo.ts'
import { freePort } from '../../../../scripts/services/server.ts'
import { ApacheSession, SessionCrypto } from '../../src/apache/index.ts'

const guide = readFileSync(join(repo, 'docs/guide/apache.md'), 'utf8')
const [, program = ''] = /```ts\n(import \{ createServer[\s\S]*?)```/.exec(guide) ?? []

async function answerOf(port: number, headers: Record<string, string>): Promise<Response> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      return await fetch(`http://127.0.0.1:${port}/`, { headers })
    } catch {
      await pause(50)
    }
  }
  return assert.fail('the program of the guide does not answer')
}

test('the program of the guide shares its sessions', async (t) => {
  const port = await freePort()
  const running = spawn(
    process.execPath,
    ['--conditions=source', '--input-type=module-typescript', '--eval', program],
    {
      cwd: join(repo, 'packages/sekisho'),
      env: { ...process.env, PORT: String(port), SESSION_PASSPHRASE: 'a passphrase' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  t.after(() => running.kill('SIGKILL'))
  const crypto = new SessionCrypto({ passphrases: ['a passphrase'] })
  const response = await answerOf(port, { cookie: `session=${await crypto.seal('visits=6&user=alice')}` })
  assert.equal(await response.text(), 'visit 7\n')
  const [, sealed = '', rest] = /^session=([^;]+);(.*)$/.exec(response.headers.getSetCookie()[0] ?? '') ?? []
  assert.equal(rest, 'Max-Age=1800;path=/; HttpOnly; Secure; SameSite=Lax')
  const session = ApacheSession.decode((await crypto.open(sealed))?.encoded ?? '')
  assert.deepEqual(
    [...session],
    [
      ['visits', '7'],
      ['user', 'alice'],
    ],
  )
  assert.ok(session.expiry > BigInt(Date.now() + 1_700_000) * 1000n)
})
