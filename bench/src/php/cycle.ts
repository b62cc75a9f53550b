import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeVars, definePhpSessions, encodeVars, type PhpRequest, type PhpSessions } from 'sekisho/php'
import { files } from 'sekisho/php/node'
import { interval, table } from '../report.ts'
import { estimate, median } from '../statistics.ts'
import { temporaryDirectory } from '../temporary.ts'
import { busyDisk } from './busy-disk.ts'
import type { PhpSettings } from './contract.ts'
import { directives, flock, storedSample, verdict } from './parts.ts'

const program = fileURLToPath(new URL('cycle.php', import.meta.url))
const id = 'cycle0123456789abcdef0123456789a'
/** How many times less a cycle must take than PHP's. */
const leastTimes = 10
/** Cycles of ours before the first round: a server runs for days, and what it does all day is compiled by then. */
const warmUp = 30_000
/** Cycles of ours for each of PHP's: they are shorter. */
const oursForEach = 20

/** The microseconds of a cycle in each round. */
type Rounds = readonly number[]

/** What each took, round by round. */
interface Measured {
  readonly php: Rounds
  readonly functions: Rounds
  readonly handler: Rounds
}

/** A session that is started, changed and written, by one process over and over: our `files` handler beside PHP's. */
export async function cyclePart(settings: PhpSettings): Promise<string> {
  const { directory, remove } = temporaryDirectory()
  try {
    writeFileSync(join(directory, `sess_${id}`), storedSample(), { mode: 0o600 })
    await functionCycles(ours(directory), settings.quick ? 20 : warmUp)
    await handlerCycles(directory, settings.quick ? 20 : warmUp)
    const quiet = await measure(directory, settings)
    using _writer = busyDisk(directory)
    const busy = await measure(directory, settings)
    return report(settings.rounds, { quiet, busy })
  } finally {
    remove()
  }
}

async function measure(directory: string, { rounds, quick, tell }: PhpSettings): Promise<Measured> {
  const cycles = quick ? 20 : 200
  const sessions = ours(directory)
  const measured: Record<keyof Measured, number[]> = { php: [], functions: [], handler: [] }
  const before = counted(directory)
  for (let round = 1; round <= rounds; round += 1) {
    tell(`cycle, round ${round} of ${rounds}`)
    measured.php.push(phpCycles(directory, cycles))
    measured.functions.push(await functionCycles(sessions, cycles * oursForEach))
    measured.handler.push(await handlerCycles(directory, cycles * oursForEach))
  }
  const all = rounds * cycles * (1 + 2 * oursForEach)
  if (counted(directory) !== before + all) throw new Error(`cycles were lost: not all of ${all} were counted`)
  return measured
}

function ours(directory: string): PhpSessions {
  const ini = {
    'session.save_path': directory,
    'session.save_handler': 'files',
    'session.gc_probability': 0,
    'session.cache_limiter': '',
  }
  return definePhpSessions(ini, { modules: [files({ flock })] })
}

function phpCycles(directory: string, cycles: number): number {
  const ini = { 'session.save_path': directory, 'session.use_cookies': 0 }
  const run = spawnSync('php', [...directives(ini), program, id, String(cycles)], { encoding: 'utf8' })
  if (run.status !== 0 || run.stderr !== '') throw new Error(`PHP ended with ${run.status}: ${run.stderr}`)
  return Number(run.stdout)
}

/** The session functions, as a page of ours calls them. */
async function functionCycles(sessions: PhpSessions, cycles: number): Promise<number> {
  const request: PhpRequest = { headers: { cookie: `PHPSESSID=${id}` } }
  const answer = {
    getHeader: () => undefined,
    setHeader: () => undefined,
    removeHeader: () => undefined,
    headersSent: false,
  }
  const start = performance.now()
  for (let done = 0; done < cycles; done += 1) {
    const session = sessions.create(request, answer)
    await session.start()
    session.vars['n'] = Number(session.vars['n']) + 1
    await session.writeClose()
  }
  return ((performance.now() - start) * 1000) / cycles
}

/** The handler and the format alone. */
async function handlerCycles(directory: string, cycles: number): Promise<number> {
  const module = files({ flock })
  const values: Readonly<Record<string, unknown>> = { 'session.gc_maxlifetime': 1440, 'session.use_strict_mode': true }
  const ini = {
    get: ((name: string) => values[name]) as never,
    allocatesAtStart: false,
    createId: () => id,
    warn: () => undefined,
  }
  const start = performance.now()
  for (let done = 0; done < cycles; done += 1) {
    const handler = module.create(ini)
    await handler.open(directory, 'PHPSESSID')
    const vars = decodeVars('php', (await handler.read(id)) as Uint8Array)
    vars.set('n', Number(vars.get('n')) + 1)
    await handler.write(id, encodeVars('php', vars))
    await handler.close()
  }
  return ((performance.now() - start) * 1000) / cycles
}

/** The counter of the session, as PHP sees it. */
function counted(directory: string): number {
  const ini = { 'session.save_path': directory, 'session.use_cookies': 0 }
  const code = `session_id('${id}'); session_start(); echo $_SESSION['n'];`
  return Number(spawnSync('php', [...directives(ini), '-r', code], { encoding: 'utf8' }).stdout)
}

function report(rounds: number, { quiet, busy }: { quiet: Measured; busy: Measured }): string {
  return [
    `## A session that changes\n\nStart, one variable more, write, close: microseconds of one cycle on the clock on the wall, by one process over and over (ours after ${warmUp} cycles, by which it is compiled), on the file system of the temporary files; and how many times less than PHP's (median of ${rounds} paired rounds, with its 95 % interval).`,
    tableOf(quiet),
    'The same while another program writes to the disk and waits for it, as a database beside a site does. PHP cuts the file to nothing before it writes, and ext4 then brings it to the disk when it is closed.',
    tableOf(busy),
  ].join('\n\n')
}

function tableOf({ php, functions, handler }: Measured): string {
  const row = (name: string, own: Rounds): string[] => {
    const ratio = estimate(php.map((theirs, round) => theirs / (own[round] ?? Number.NaN)))
    return [name, median(own).toFixed(1), interval(ratio), `at least ${leastTimes}`, verdict(ratio, leastTimes)]
  }
  return table(
    ['', 'µs', 'times less', 'limit', 'verdict'],
    [
      ['PHP: session_start, session_write_close', median(php).toFixed(1), '1', '', ''],
      row('sekisho: the session functions', functions),
      row('sekisho: the `files` handler, decoding and encoding', handler),
    ],
  )
}
