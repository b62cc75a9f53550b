/** A server process of the tests for sealed sessions: it seals for the count of nonces, or serves visitors with the keys of its file. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { nodeListener } from '../src/adapter/node.ts'
import { readKeyFile, watchKeyFile } from '../src/crypto/key-file-node.ts'
import type { KeyRing, KeyUse } from '../src/crypto/keyring.ts'
import { Sealer } from '../src/crypto/seal.ts'
import { defineSealedSession } from '../src/session/define.ts'

/** Where the nonce is in what was sealed, and how long it is. */
const NONCE_AT = 5
/** Octets of a nonce. */
export const NONCE_BYTES = 24
/** Octets of a nonce that one derived key serves. */
const PREFIX_BYTES = 12

/** The job of a process: to seal so many texts and to write what tells their nonces apart, or to serve. */
export type Job =
  | { readonly kind: 'seal'; readonly keyFile: string; readonly count: number; readonly into: string }
  | { readonly kind: 'serve'; readonly keyFile: string }

/** What a process that sealed has to say. */
export interface SealReport {
  /** The first halves of its nonces, hexadecimal, in order. */
  readonly prefixes: readonly string[]
}

/** What a process that serves says at first. */
export interface ServeReport {
  readonly port: number
}

/** A process with a job. */
export class SealedProcess {
  readonly #child: ChildProcess
  readonly #said: unknown[] = []
  #isOver = false
  /** Called when something has been said, or the process has ended. */
  #news: () => void = () => {}

  constructor(job: Job) {
    this.#child = fork(fileURLToPath(import.meta.url), [JSON.stringify(job)], {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
    })
    this.#child.on('message', (message) => {
      this.#said.push(message)
      this.#news()
    })
    this.#child.on('exit', () => {
      this.#isOver = true
      this.#news()
    })
  }

  /** The next thing that the process says. Asked by one at a time. */
  async report<R>(): Promise<R> {
    while (this.#said.length === 0) {
      if (this.#isOver) throw new Error(`a process ended without a report, with ${String(this.#child.exitCode)}`)
      await new Promise<void>((resolve) => {
        this.#news = resolve
      })
    }
    return this.#said.shift() as R
  }

  /** How much each key of a serving process is used. */
  usage(): Promise<readonly KeyUse[]> {
    this.#child.send('usage')
    return this.report()
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#isOver) return
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send !== undefined) {
  const job = JSON.parse(process.argv[2] ?? '') as Job
  const keyRing = readKeyFile(job.keyFile)
  if (job.kind === 'seal') seal(keyRing, job.count, job.into)
  else await serve(keyRing, job.keyFile)
}

/** The 24 octets of each nonce, folded into 8: two equal nonces are equal there. Sorted, so that a merge finds them. */
function seal(keyRing: KeyRing, count: number, into: string): void {
  const sealer = new Sealer(keyRing, { purpose: 'session', audience: 'shop', label: '__Host-sid' })
  const words = new Uint32Array(2 * count)
  const prefixes: string[] = []
  const text = Buffer.from('{}')
  for (let index = 0; index < count; index += 1) {
    const bytes = Buffer.from(sealer.seal(text), 'base64url')
    const prefix = bytes.toString('hex', NONCE_AT, NONCE_AT + PREFIX_BYTES)
    if (prefix !== prefixes.at(-1)) prefixes.push(prefix)
    for (let at = 0; at < NONCE_BYTES; at += 4) {
      const word = 2 * index + ((at >> 2) & 1)
      words[word] = (words[word] ?? 0) ^ bytes.readUInt32LE(NONCE_AT + at)
    }
  }
  const folded = new BigUint64Array(words.buffer).toSorted()
  writeFileSync(into, folded)
  process.send?.({ prefixes } satisfies SealReport)
}

/** Counts visits in a sealed session. Each answer names the key that sealed when it was made. */
async function serve(keyRing: KeyRing, keyFile: string): Promise<void> {
  watchKeyFile(keyFile, keyRing, { every: 0.03 })
  const sessions = defineSealedSession<{ n: number }>({ name: 'shop', keyRing, development: false })
  const listener = nodeListener(sessions, (request, response, session) => {
    if (request.url === '/count') session.set('n', (session.get('n') ?? 0) + 1)
    response.setHeader('x-sealing-key', keyRing.usage()[0]?.keyId ?? '')
    response.end(String(session.get('n') ?? 0))
  })
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', () => process.send?.(keyRing.usage()))
  process.on('disconnect', () => process.exit())
  process.send?.({ port: (server.address() as AddressInfo).port } satisfies ServeReport)
}
