import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { Command } from 'commander'
import type { Examination } from '../doctor/examine.ts'
import type { Source } from '../config/source.ts'
import { expected } from './arguments.ts'
import { takesSite } from './site-source.ts'
import { exitCodes } from './terminal/command-error.ts'
import { configurationFile } from './terminal/configuration-file.ts'
import { formatFinding } from './terminal/findings.ts'
import type { Progress, Terminal } from './terminal/terminal.ts'

interface Options {
  readonly state?: string
  readonly lenient: boolean
  readonly define: readonly string[]
  readonly user?: string
  readonly patience: number
  readonly verbose: boolean
  readonly json: boolean
}

const help = `
Looks at what a configuration says and at what it names: files, directories, databases, Redis, certificates, ports, apps. Nothing is
changed, and what is made for a trial is gone afterwards. The first finding is the cause to begin with; below each one stands the shell
line that mends it, where there is one. Passwords and passphrases are never shown.

A module (.ts, .js, .mjs) is imported, and what it exports is looked at: definitions of sessions, stores, key rings.

Exit code 1: there are errors or warnings. Notes do not count.

Examples:
  sekisho doctor site.conf
  sudo sekisho doctor site.conf --user sekisho     as the user that the gateway runs as
  sekisho doctor site.conf --verbose
  sekisho doctor site.conf --json | jq '.findings[0].command'
  sekisho doctor ./sessions.ts`

/** `sekisho doctor site.conf` */
export function doctorCommand(terminal: Terminal): Command {
  return takesSite(
    new Command('doctor')
      .summary('Find out why sessions do not work, and what mends it')
      .description('Find out why sessions do not work, and say which command mends it')
      .argument('<file>', 'the configuration of a site, or a module that exports sessions'),
  )
    .option(
      '--user <name>',
      'whom root looks as (default: whoever the gateway runs as, or whose the state directory is)',
    )
    .option('--patience <seconds>', 'how long a single check may take', seconds, 10)
    .option('--verbose', 'show what is as it should be, too', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action((file: string, options: Options) => doctor(resolve(file), options, terminal))
}

async function doctor(file: string, options: Options, terminal: Terminal): Promise<void> {
  const { findings, checks, sources } = await examined(file, options, terminal)
  terminal.interrupted.throwIfAborted()
  const isWell = findings.every(({ severity }) => severity === 'info')
  if (options.json) terminal.out.json({ file, good: isWell, findings, checks })
  else print({ findings, checks, sources }, options, terminal)
  if (!isWell) process.exitCode = exitCodes.failed
}

type Seen = Examination & { readonly sources: ReadonlyMap<string, Source> }

async function examined(file: string, options: Options, terminal: Terminal): Promise<Seen> {
  const { patience, lenient, define, user } = options
  // One that is there and closed is a finding, with the line that opens it.
  if (!existsSync(file)) configurationFile(file)
  using progress = new Lazy((all: number) => terminal.progress('Looking', all))
  const course = {
    signal: terminal.interrupted,
    patienceMs: patience * 1000,
    onCheck: (_: string, done: number, all: number) => progress.of(all).at(done),
  }
  if (isModule(file)) {
    const { doctorModule } = await import('../doctor/library/doctor-module.ts')
    if (user !== undefined) await become(user)
    return { ...(await doctorModule({ file, ...course })), sources: new Map() }
  }
  const { doctorSite } = await import('../doctor/site/doctor-site.ts')
  const stateDirectory = await stateOf(options)
  await becomeWhoServes({ file, stateDirectory, user }, terminal)
  const { examination, sources } = await doctorSite({ file, lenient, defines: define, stateDirectory, ...course })
  return { ...examination, sources }
}

/** Asked while this process is still who has started it: root's is another one than that of others. */
async function stateOf({ state }: Options): Promise<string> {
  const { defaultDirectory } = await import('../session/state-node.ts')
  return state === undefined ? defaultDirectory(process.env) : resolve(state)
}

interface Served {
  readonly file: string
  readonly stateDirectory: string
  readonly user: string | undefined
}

/** What root may do says nothing about the gateway: root looks as whoever it is, or is going to be, served by. */
async function becomeWhoServes({ file, stateDirectory, user }: Served, { err }: Terminal): Promise<void> {
  if (user !== undefined) return become(user)
  if (process.getuid?.() !== 0) return
  const { gatewayUser } = await import('../doctor/site/gateway-user-node.ts')
  const found = gatewayUser(file, stateDirectory)
  if (found === undefined) return
  await become(String(found.uid))
  err.line(err.style('dim', `Looking as user ${found.uid}: ${found.why}. --user root looks as root.`))
}

/** The drivers first: where this program lies may be closed to the user. */
async function become(user: string): Promise<void> {
  const { becomeUser } = await import('../doctor/site/as-user-node.ts')
  const { opener } = await import('../session/stores/dbd/database-store.ts')
  await Promise.all([opener('pgsql'), opener('mysql'), opener('sqlite3')])
  becomeUser(user)
}

/** How many checks there are is known with the first of them. */
class Lazy implements Disposable {
  readonly #begin: (all: number) => Progress
  #progress: Progress | undefined

  constructor(begin: (all: number) => Progress) {
    this.#begin = begin
  }

  of(all: number): Progress {
    this.#progress ??= this.#begin(all)
    return this.#progress
  }

  [Symbol.dispose](): void {
    this.#progress?.done()
  }
}

function isModule(file: string): boolean {
  return ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].includes(extname(file))
}

function print({ findings, checks, sources }: Seen, { verbose }: Options, { out }: Terminal): void {
  for (const finding of findings) {
    const text = formatFinding({ ...finding, message: `${finding.message} (${finding.check})` }, out, sources)
    out.line(`${String(finding.rank).padStart(2)}. ${text.replaceAll('\n', '\n    ')}\n`)
  }
  const good = checks.filter(({ state }) => state === 'good')
  out.line(`${out.style('good', 'Good')}: ${good.map(({ check }) => check).join(', ') || 'nothing'}`)
  const silent = checks.filter(({ state }) => state === 'silent')
  for (const because of new Set(silent.map((check) => check.because ?? ''))) {
    const names = silent.filter((check) => check.because === because).map(({ check }) => check)
    out.line(`${out.style('dim', 'Not looked at')}, because ${because}: ${names.join(', ')}`)
  }
  if (verbose) for (const { check, details } of checks) for (const detail of details) out.line(`  ${check}: ${detail}`)
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text)
  throw expected('a whole number of seconds from 1 to 999')
}
