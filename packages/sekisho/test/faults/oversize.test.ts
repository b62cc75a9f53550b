/**
 * Sessions of a megabyte, and sessions that are larger than the engine or the store allows.
 *
 *     SEKISHO_LONG=1   sessions of 64 MiB, instead of 9 MiB, where the store has no limit below that
 *
 * @module
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { nodeListener } from '../../src/adapter/node.ts'
import { defineSession } from '../../src/session/define.ts'
import type { SessionStore } from '../../src/store/contract.ts'
import type { Received } from '../adapter-contract.ts'
import { send, serve } from '../http-server.ts'
import { openTried, type TriedKind } from './opening.ts'

const mebibyte = 2 ** 20
const huge = (process.env['SEKISHO_LONG'] === '1' ? 64 : 9) * mebibyte

/** What an application answers, and what was raised beside the answers. */
interface App {
  /** Makes the session hold so many letters; 0: asks how many it holds. */
  hold(letters: number): Promise<Received>
  /** The codes of the errors since the last time. */
  raised(): unknown[]
}

async function start(t: TestContext, store: SessionStore, options: { readonly maxBytes?: number } = {}): Promise<App> {
  const sessions = defineSession<{ text: string }>({
    name: 'oversize',
    store,
    storeTimeout: { readMs: 60_000, writeMs: 60_000 },
    sweep: false,
    development: false,
    ...options,
  })
  let codes: unknown[] = []
  let cookie: string | undefined
  const port = await serve(
    t,
    nodeListener(
      sessions,
      (req, res, session) => {
        const letters = Number(req.url?.slice('/'.length))
        if (letters > 0) session.set('text', 'x'.repeat(letters))
        res.end(`holds ${session.get('text')?.length}`)
      },
      { onError: (error) => codes.push((error as { readonly code?: unknown }).code) },
    ),
  )
  return {
    async hold(letters) {
      const answer = await send(port, { path: `/${letters}`, ...(cookie === undefined ? {} : { cookie }) })
      cookie ??= answer.headers.getSetCookie()[0]?.split(';')[0]
      return answer
    },
    raised() {
      const taken = codes
      codes = []
      return taken
    },
  }
}

/** A megabyte fits; one octet more than the engine's limit is refused before the answer begins, and changes nothing. */
async function keepsAMegabyte(t: TestContext, store: SessionStore): Promise<void> {
  const app = await start(t, store)
  const frame = '{"text":""}'.length
  for (const letters of [1_000_000, mebibyte - frame]) {
    assert.equal((await app.hold(letters)).status, 200)
    assert.equal((await app.hold(0)).body, `holds ${letters}`)
  }
  const { status, body, headers } = await app.hold(mebibyte - frame + 1)
  assert.deepEqual([status, headers.getSetCookie()], [500, []])
  assert.doesNotMatch(body, /holds/)
  assert.deepEqual(app.raised(), ['ERR_VALUE'])
  assert.equal((await app.hold(0)).body, `holds ${mebibyte - frame}`)
}

/** Beyond what the engine limits by itself, a store keeps all of it, or refuses all of it. @returns Whether it was kept. */
async function keepsAllOrNothing(t: TestContext, store: SessionStore, letters: number = huge): Promise<boolean> {
  const app = await start(t, store, { maxBytes: 2 * letters })
  assert.equal((await app.hold(5)).status, 200)
  const { status, headers } = await app.hold(letters)
  const isKept = status === 200
  t.diagnostic(`${letters / mebibyte} MiB: ${status} ${app.raised().join()}`)
  if (!isKept) assert.deepEqual([status, headers.getSetCookie()], [503, []])
  assert.equal((await app.hold(0)).body, `holds ${isKept ? letters : 5}`)
  assert.equal((await app.hold(6)).status, 200, 'the next write is none the worse')
  return isKept
}

async function both(t: TestContext, kind: TriedKind): Promise<boolean> {
  const { store } = await openTried(t, kind)
  await keepsAMegabyte(t, store)
  return keepsAllOrNothing(t, store)
}

describe('a session of a megabyte is kept, and one that is too large is refused before the answer begins', () => {
  test('in memory', async (t) => assert.equal(await both(t, 'memory'), true))

  test('in files, which have a limit', async (t) => {
    const { store } = await openTried(t, 'file')
    await keepsAMegabyte(t, store)
    assert.equal(await keepsAllOrNothing(t, store, 9 * mebibyte), true)
    assert.equal(await keepsAllOrNothing(t, store, 17 * mebibyte), false)
  })

  test('in SQLite', async (t) => assert.equal(await both(t, 'sqlite'), true))

  test('in PostgreSQL', async (t) => assert.equal(await both(t, 'postgres'), true))

  test('in MariaDB, which has a limit', async (t) => assert.equal(await both(t, 'mysql'), false))

  test('in Redis', async (t) => assert.equal(await both(t, 'redis'), true))
})
