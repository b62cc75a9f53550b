/**
 * What one warm read-only request costs in functions: V8 counts the calls of every function of ours around exactly one
 * request through `fetchHandler` and a `MemoryStore`.
 *
 *     node scripts/run.mjs scripts/hot-path.ts
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { Session as Inspector, type Profiler } from 'node:inspector'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fetchHandler } from '../packages/sekisho/src/adapter/fetch.ts'
import type { Session } from '../packages/sekisho/src/session/contract.ts'
import { defineSession } from '../packages/sekisho/src/session/define.ts'
import { MemoryStore } from '../packages/sekisho/src/store/memory.ts'
import { repo } from './lib/repo.ts'

const sources = 'packages/sekisho/src'
const warmUpRequests = 50
/** What is put beside the answer, such as a touch, belongs to the request. */
const settlingMs = 20

/** The most that a warm read-only request may enter. */
export const limits = { functions: 19, files: 6 } as const

/** A function that ran during the request. */
export interface Entered {
  /** Relative to the sources of the library. */
  readonly file: string
  /** The function's name; one without a name has its line. */
  readonly name: string
  /** How often it was entered; coming back from an `await` counts. */
  readonly calls: number
}

/** One measured request. */
export interface HotPath {
  readonly title: string
  readonly entered: readonly Entered[]
  readonly files: number
}

interface Shop {
  visits: number
  cart: { items: string[] }
}

type Handler = (request: Request, session: Session<Shop>) => Response

const handlers: readonly { readonly title: string; readonly handler: Handler; readonly anonymous?: boolean }[] = [
  { title: 'reads one number', handler: (_, session) => new Response(String(session.get('visits'))) },
  { title: 'reads a nested object', handler: (_, session) => new Response(session.get('cart')?.items[0]) },
  {
    title: 'reads one number, visitor without a cookie',
    handler: (_, session) => new Response(String(session.get('visits'))),
    anonymous: true,
  },
]

/** Measures all requests, the one that the limits are for first. */
export async function measureHotPaths(): Promise<HotPath[]> {
  const paths: HotPath[] = []
  for (const { title, handler, anonymous = false } of handlers) {
    const { fetch, cookie } = await shop(handler)
    const request = (): Request =>
      new Request('https://shop.example/', { headers: anonymous ? {} : { cookie, 'sec-fetch-mode': 'navigate' } })
    const entered = await count(() => fetch(request()))
    paths.push({ title, entered, files: new Set(entered.map(({ file }) => file)).size })
  }
  return paths
}

/** A table for people. */
export function tableOf({ title, entered, files }: HotPath): string {
  const width = Math.max(...entered.map(({ file }) => file.length))
  const rows = entered.map(({ file, name, calls }) => `  ${file.padEnd(width)}  ${String(calls).padStart(3)}  ${name}`)
  const calls = entered.map((one) => one.calls)
  const total = `  ${entered.length} functions in ${files} files, ${sum(calls)} calls`
  return [`A request whose handler ${title}`, ...rows, total].join('\n')
}

async function shop(handler: Handler): Promise<{ fetch: (request: Request) => Promise<Response>; cookie: string }> {
  const sessions = defineSession<Shop>({ name: 'shop', store: new MemoryStore(), development: false, sweep: false })
  const filled = await fetchHandler(sessions, (_, session) => {
    session.set('visits', 1)
    session.set('cart', { items: ['tea', 'cup'] })
    return new Response()
  })(new Request('https://shop.example/'))
  const [cookie = ''] = (filled.headers.get('set-cookie') ?? '').split(';')
  return { fetch: fetchHandler(sessions, handler), cookie }
}

/** Counts the calls of our functions during exactly one run, after others have warmed it up. */
async function count(run: () => Promise<Response>): Promise<Entered[]> {
  const inspector = new Inspector()
  inspector.connect()
  try {
    for (let warm = 0; warm < warmUpRequests; warm += 1) await run()
    await post(inspector, 'Profiler.enable')
    await post(inspector, 'Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    await run()
    await pause(settlingMs)
    await take(inspector)
    await run()
    await pause(settlingMs)
    const { result } = await take(inspector)
    return enteredOf(result)
  } finally {
    inspector.disconnect()
  }
}

function enteredOf(scripts: readonly Profiler.ScriptCoverage[]): Entered[] {
  const entered: Entered[] = []
  for (const { url, functions } of scripts) {
    const file = url.startsWith('file:') ? relative(repo, fileURLToPath(url)) : ''
    if (!file.startsWith(`${sources}/`)) continue
    for (const { functionName, ranges } of functions) {
      const [range] = ranges
      if (range === undefined || range.count === 0 || isNotWritten(functionName, range)) continue
      const name = functionName === '' ? `(line ${lineOf(file, range.startOffset)})` : functionName
      entered.push({ file: relative(sources, file), name, calls: range.count })
    }
  }
  return entered.toSorted((a, b) => a.file.localeCompare(b.file))
}

/** The module itself begins at 0; V8 makes a function of its own of a class's fields, which are part of the constructor. */
function isNotWritten(name: string, range: Profiler.CoverageRange): boolean {
  return range.startOffset === 0 || name === '<instance_members_initializer>'
}

/** Types are stripped to blanks, so offsets are those of the source. */
function lineOf(file: string, offset: number): number {
  return readFileSync(join(repo, file), 'utf8').slice(0, offset).split('\n').length
}

function take(inspector: Inspector): Promise<Profiler.TakePreciseCoverageReturnType> {
  return new Promise((resolve, reject) => {
    inspector.post('Profiler.takePreciseCoverage', (error, answer) => (error ? reject(error) : resolve(answer)))
  })
}

function post(inspector: Inspector, method: string, parameters: object = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    inspector.post(method, parameters, (error) => (error ? reject(error) : resolve()))
  })
}

function sum(numbers: readonly number[]): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}

if (import.meta.main) for (const path of await measureHotPaths()) console.log(`${tableOf(path)}\n`)
