import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeVars, definePhpSessions, encodeVars, type PhpRequest, type PhpSessions } from 'sekisho/php'
import { files } from 'sekisho/php/node'
import { interval, table } from '../report.ts'
import { estimate, median } from '../statistics.ts'
import { temporaryDirectory } from '../temporary.ts'
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

/** A session that is started, changed and written, by one process over and over: our `files` handler beside PHP's. */
export async function cyclePart({ rounds, quick, tell }: PhpSettings): Promise<string> {
  const { directory, remove } = temporaryDirectory()
  const cycles = quick ? 20 : 200
  const sessions = ours(directory)
  const measured: { php: number; functions: number; handler: number }[] = []
  try {
    writeFileSync(join(directory, `sess_${id}`), storedSample(), { mode: 0o600 })
    await functionCycles(sessions, quick ? 20 : warmUp)
    await handlerCycles(directory, quick ? 20 : warmUp)
    for (let round = 1; round <= rounds; round += 1) {
      tell(`cycle, round ${round} of ${rounds}`)
      const php = phpCycles(directory, cycles)
      const functions = await functionCycles(sessions, cycles * oursForEach)
      measured.push({ php, functions, handler: await handlerCycles(directory, cycles * oursForEach) })
    }
    prove(directory, measured.length * cycles)
  } finally {
    remove()
  }
  return report(rounds, {
    php: measured.map(({ php }) => php),
    functions: measured.map(({ functions }) => functions),
    handler: measured.map(({ handler }) => handler),
  })
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

/** Everything that was counted is there. */
function prove(directory: string, least: number): void {
  const ini = { 'session.save_path': directory, 'session.use_cookies': 0 }
  const code = `session_id('${id}'); session_start(); echo $_SESSION['n'];`
  const { stdout } = spawnSync('php', [...directives(ini), '-r', code], { encoding: 'utf8' })
  if (!(Number(stdout) > least * (1 + 2 * oursForEach))) throw new Error(`cycles were lost: the counter is ${stdout}`)
}

function report(
  rounds: number,
  { php, functions, handler }: { php: Rounds; functions: Rounds; handler: Rounds },
): string {
  const row = (name: string, own: Rounds): string[] => {
    const ratio = estimate(php.map((theirs, round) => theirs / (own[round] ?? Number.NaN)))
    return [name, median(own).toFixed(1), interval(ratio), `at least ${leastTimes}`, verdict(ratio, leastTimes)]
  }
  return [
    `## A session that changes\n\nStart, one variable more, write, close: microseconds of one cycle on the clock on the wall, by one process over and over (ours after ${warmUp} cycles, by which it is compiled), on the file system of the temporary files; and how many times less than PHP's (median of ${rounds} paired rounds, with its 95 % interval).`,
    table(
      ['', 'µs', 'times less', 'limit', 'verdict'],
      [
        ['PHP: session_start, session_write_close', median(php).toFixed(1), '1', '', ''],
        row('sekisho: the session functions', functions),
        row('sekisho: the `files` handler, decoding and encoding', handler),
      ],
    ),
  ].join('\n\n')
}
