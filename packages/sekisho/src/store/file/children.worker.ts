import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SessionRecord, StoredSession } from '../contract.ts'
import { record } from '../testing/samples.ts'
import type { Job, Report } from './store.worker.ts'

const program = fileURLToPath(new URL('store.worker.ts', import.meta.url))
/** Starting Node and stripping types takes most of a short life; the cache saves two thirds of it. */
const compileCache = join(tmpdir(), 'sekisho-compile-cache')

/** How a worker ended. */
export interface Ending {
  readonly signal: NodeJS.Signals | null
  readonly reports: readonly Report[]
}

/** A worker process that runs. */
export interface Worker {
  readonly child: ChildProcess
  readonly ended: Promise<Ending>
}

/** @returns A directory of the test's own, removed at its end. */
export function newDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-file-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/**
 * Starts a process that works on a store.
 *
 * @param job What it does.
 * @param wrapper A command to run it under, such as `unshare -m`.
 */
export function start(job: Job, wrapper: readonly string[] = []): Worker {
  const command = [
    ...wrapper,
    process.execPath,
    '--conditions=source',
    '--disable-warning=ExperimentalWarning',
    program,
  ]
  const [file = '', ...args] = [...command, JSON.stringify(job)]
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code !== null && code !== 0) return reject(new Error(`worker ended with ${code}: ${JSON.stringify(job)}`))
      const lines = text.split('\n').slice(0, -1)
      return resolve({ signal, reports: lines.map((line) => JSON.parse(line) as Report) })
    })
  })
  return { child, ended }
}

/** Runs a worker to its end. */
export function run(job: Job, wrapper?: readonly string[]): Promise<Ending> {
  return start(job, wrapper).ended
}

/** Runs so many tasks, two at a time. */
export async function inPairs(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...tasks]
  const one = async (): Promise<void> => {
    for (let task = left.pop(); task !== undefined; task = left.pop()) await task()
  }
  await Promise.all([one(), one()])
}

/** A record whose content says which version of which kind it is, so that halves of two would show. */
export function tagged(tag: string): SessionRecord {
  return record({
    current: tag,
    device: tag,
    payload: new TextEncoder().encode(`${tag},`.repeat(500)),
    writeIds: [tag],
  })
}

/** @returns The tag of a whole {@link tagged} record; anything else fails. */
export function tagOf(stored: StoredSession | undefined): string | undefined {
  if (stored === undefined) return undefined
  const { current, device, payload, writeIds } = stored.record
  const isWhole = device === current && writeIds[0] === current
  if (isWhole && new TextDecoder().decode(payload) === `${current},`.repeat(500)) return current
  throw new Error(`a torn record: ${current}`)
}
