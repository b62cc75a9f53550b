/**
 * Sealed sessions on several processes that share nothing but keys.
 *
 *     SEKISHO_LONG=1   10 million seals instead of 300,000, and ten times the visitors
 *
 * @module
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import http, { type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { generateSecret } from '../src/crypto/key-file-node.ts'
import { KeyRing } from '../src/crypto/keyring.ts'
import { textOf } from './http-server.ts'
import { SealedProcess, type Job, type SealReport, type ServeReport } from './sealed-processes.worker.ts'

const isLong = process.env['SEKISHO_LONG'] === '1'
const processes = 3

test('three processes seal without ever repeating a nonce', async (t) => {
  const count = Math.ceil((isLong ? 10_000_000 : 300_000) / processes)
  const { directory, start } = newPlace(t)
  const keyFile = writeKeys(join(directory, 'keys'), [generateSecret()])
  const reports: SealReport[] = []
  const files = Array.from({ length: processes }, (_, index) => join(directory, `nonces-${index}`))
  await Promise.all(
    files.map(async (into) => {
      reports.push(await start({ kind: 'seal', keyFile, count, into }).report<SealReport>())
    }),
  )
  const prefixes = reports.flatMap((report) => report.prefixes)
  assert.equal(
    new Set(prefixes).size,
    prefixes.length,
    'no process comes back to a derived key, of its own or another’s',
  )
  for (const report of reports) assert.ok(report.prefixes.length >= count / 4096)
  const nonces = Buffer.concat(files.map((file) => readFileSync(file)))
  const sorted = new BigUint64Array(nonces.buffer, nonces.byteOffset, nonces.length / 8).toSorted()
  assert.equal(sorted.length, processes * count)
  // Of 10 million different ones, two fold alike by chance once in 370,000 runs.
  for (let at = 1; at < sorted.length; at += 1) {
    if (sorted[at] === sorted[at - 1]) assert.fail(`a nonce was repeated: ${String(sorted[at])}`)
  }
})

test('keys are replaced under load on three processes, one after the other, without a single failure', async (t) => {
  const [old, next] = [generateSecret(), generateSecret()]
  const [oldId, nextId] = [idOf(old), idOf(next)]
  const site = await open(t, [old])
  const load = new Load(site.ports, isLong ? 2000 : 200)
  const running = load.run()
  await load.pass(2)
  await site.replace([old, next], load)
  assert.equal(await site.opened(nextId), 0, 'nothing is sealed with the new key before all processes have it')
  await site.replace([next, old], load)
  await load.pass(2)
  assert.deepEqual(load.keys(), [nextId], 'every visitor has been sealed again')
  const openedWithOld = await site.opened(oldId)
  await load.pass(2)
  assert.equal(await site.opened(oldId), openedWithOld, 'the old key is not used any more')
  await site.replace([next], load)
  await load.pass(2)
  load.stop()
  await running
  assert.deepEqual(load.failures, [])
  assert.ok(openedWithOld > load.visitors && load.requests > 10 * load.visitors, `${load.requests} requests`)
  assert.ok(load.due >= load.visitors, `${load.due} requests came with a key that no longer sealed`)
  assert.equal(load.sealedAgain, load.due, 'each of them was sealed again at once')
})

/** Three serving processes, each with a key file of its own. */
interface Site {
  readonly ports: readonly number[]
  /** Gives one process after the other these keys, while the load goes on. */
  replace(secrets: readonly string[], load: Load): Promise<void>
  /** How often all of them together have opened something with this key. */
  opened(keyId: string): Promise<number>
}

async function open(t: TestContext, secrets: readonly string[]): Promise<Site> {
  const { directory, start } = newPlace(t)
  const keyFiles = Array.from({ length: processes }, (_, index) => writeKeys(join(directory, `keys-${index}`), secrets))
  const servers = keyFiles.map((keyFile) => start({ kind: 'serve', keyFile }))
  const ports = await Promise.all(servers.map(async (server) => (await server.report<ServeReport>()).port))
  return {
    ports,
    async replace(replacement, load) {
      for (const [index, server] of servers.entries()) {
        writeKeys(keyFiles[index] ?? '', replacement)
        const wanted = replacement.map(idOf).join()
        while ((await server.usage()).map(({ keyId }) => keyId).join() !== wanted) await pause(10)
        await load.pass(1)
      }
    },
    async opened(keyId) {
      const usages = await Promise.all(servers.map((server) => server.usage()))
      return usages.flat().reduce((sum, use) => sum + (use.keyId === keyId ? use.opened : 0), 0)
    },
  }
}

interface LoadedVisitor {
  cookie: string | undefined
  n: number
}

/** Visitors who count, one request at a time each, on whichever process comes. */
class Load {
  readonly failures: string[] = []
  readonly visitors: number
  requests = 0
  /** Requests whose cookie was sealed with another key than the one that seals. */
  due = 0
  /** Those of them whose answer brought a cookie that is sealed with it. */
  sealedAgain = 0
  readonly #ports: readonly number[]
  readonly #all: LoadedVisitor[]
  readonly #agent = new http.Agent({ keepAlive: true })
  #stopped = false

  constructor(ports: readonly number[], visitors: number) {
    this.#ports = ports
    this.visitors = visitors
    this.#all = Array.from({ length: visitors }, () => ({ cookie: undefined, n: 0 }))
  }

  /** Sixteen visitors at a time, until `stop`. */
  async run(): Promise<void> {
    const waiting = [...this.#all]
    const lane = async (): Promise<void> => {
      while (!this.#stopped) {
        const visitor = waiting.shift()
        if (visitor === undefined) return
        await this.#visit(visitor)
        waiting.push(visitor)
      }
    }
    await Promise.all(Array.from({ length: 16 }, lane))
    this.#agent.destroy()
  }

  stop(): void {
    this.#stopped = true
  }

  /** Resolves when every visitor has been there so many times more. */
  async pass(rounds: number): Promise<void> {
    const until = this.requests + rounds * this.visitors + 16
    while (this.requests < until) await pause(5)
  }

  /** The keys of all cookies. */
  keys(): string[] {
    return [...new Set(this.#all.map(({ cookie }) => keyOf(cookie)))]
  }

  async #visit(visitor: LoadedVisitor): Promise<void> {
    const counts = visitor.cookie === undefined || Math.random() < 0.5
    const headers = visitor.cookie === undefined ? {} : { cookie: `__Host-sid=${visitor.cookie}` }
    const port = this.#ports[Math.floor(Math.random() * this.#ports.length)]
    const request = http.request({ port, path: counts ? '/count' : '/', headers, agent: this.#agent }).end()
    const [message] = (await once(request, 'response')) as [IncomingMessage]
    const body = await textOf(message)
    const expected = visitor.n + (counts ? 1 : 0)
    if (message.statusCode !== 200 || body !== String(expected)) {
      this.failures.push(`${message.statusCode} ${body} instead of ${expected}`)
    }
    this.#judge(visitor, message)
    visitor.n = expected
    this.requests += 1
  }

  #judge(visitor: LoadedVisitor, { headers }: IncomingMessage): void {
    const cookie = /^__Host-sid=([^;]*)/.exec(headers['set-cookie']?.[0] ?? '')?.[1]
    const sealing = String(headers['x-sealing-key'])
    if (visitor.cookie !== undefined && keyOf(visitor.cookie) !== sealing) {
      this.due += 1
      if (keyOf(cookie) === sealing) this.sealedAgain += 1
    }
    visitor.cookie = cookie ?? visitor.cookie
  }
}

function keyOf(cookie: string | undefined): string {
  return Buffer.from(cookie ?? '', 'base64url').toString('hex', 1, 5)
}

function idOf(secret: string): string {
  return new KeyRing([secret]).usage()[0]?.keyId ?? ''
}

/** Writes a key file in one step. @returns Its path. */
function writeKeys(path: string, secrets: readonly string[]): string {
  writeFileSync(`${path}.new`, secrets.join('\n'), { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return path
}

/** A directory and processes that work in it; all are gone when the test ends. */
function newPlace(t: TestContext): { readonly directory: string; start(job: Job): SealedProcess } {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-sealed-'))
  const started: SealedProcess[] = []
  t.after(async () => {
    await Promise.all(started.map((one) => one.stop()))
    rmSync(directory, { recursive: true, force: true })
  })
  return {
    directory,
    start(job) {
      const process = new SealedProcess(job)
      started.push(process)
      return process
    },
  }
}
