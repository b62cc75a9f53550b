import { Command } from 'commander'
import type { Endpoint } from '../operate/copy/endpoint.ts'
import type { ResumeFile } from '../operate/copy/resume-file-node.ts'
import type { CopyResult } from '../operate/copy/run.ts'
import { type SiteOptions, sourceOf, takesSite } from './site-source.ts'
import { CommandError, exitCodes, Interrupted } from './terminal/command-error.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options extends SiteOptions {
  readonly resume?: string
  readonly restart: boolean
  readonly final: boolean
  readonly yes: boolean
}

interface Ends {
  readonly from: Endpoint
  readonly to: Endpoint
}

/** `sekisho copy FROM TO` */
export function copyCommand(terminal: Terminal): Command {
  return takesSite(new Command('copy').description('Copy all live sessions from one store to another'))
    .argument('<from>', 'a configuration, with a section behind a # where it has several stores, or the URL of a store')
    .argument('<to>', 'the same')
    .option('--resume <file>', 'where to keep how far it is (default: a file in the working directory)')
    .option('--restart', 'begin again, whatever an earlier run has done', false)
    .option('--final', 'end in <to> what has ended in <from>: the last step of a move, before <to> is in use', false)
    .option('-y, --yes', 'do not ask', false)
    .addHelpText('after', help)
    .action((from: string, to: string, options: Options) => copy(from, to, options, terminal))
}

const help = `
Both stores may be in use meanwhile. A session keeps its version, its times and its cookie; what is encrypted stays so, under the
same passphrases. After Ctrl-C or a failure the same command goes on where it stopped.

URLs: file:/dir  sqlite:/path  postgres://user@host/database#prefix_  mysql://user@host/database#prefix_  redis://host/0?prefix=app:

Other users of the machine can see the command line: write a password into a configuration, or into PGPASSWORD.

The order of a move:
  sekisho copy old.conf new.conf            while everything works on the old store; this takes the time
  systemctl stop sekisho                    now nobody changes anything
  sekisho copy old.conf new.conf --final    what has changed since, and what has ended
  systemctl start sekisho                   with new.conf

Examples:
  sekisho copy site.conf redis://10.0.0.5:6379/0
  sekisho copy file:/var/lib/sekisho/sessions new.conf#/account --resume move.json`

async function copy(from: string, to: string, options: Options, terminal: Terminal): Promise<void> {
  const ends = await openEnds(from, to, options)
  try {
    await between(ends, options, terminal)
  } catch (error) {
    if (error instanceof CommandError || error instanceof Interrupted) throw error
    const { storeFailure } = await import('../operate/readied.ts')
    throw storeFailure({ id: `${ends.from.id} or ${ends.to.id}` }, error)
  } finally {
    await Promise.all([ends.from.close(), ends.to.close()])
  }
}

async function openEnds(from: string, to: string, options: Options): Promise<Ends> {
  const { openEndpoint } = await import('../operate/copy/endpoint.ts')
  const around = sourceOf('', options)
  const source = await openEndpoint(from, 'from', around)
  try {
    const target = await openEndpoint(to, 'to', around)
    if (source.id !== target.id) return { from: source, to: target }
    await target.close()
    throw same(source.id)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function between(ends: Ends, options: Options, terminal: Terminal): Promise<void> {
  const { from, to } = ends
  const { final, yes } = options
  const question = `End the sessions in ${to.id} that are not in ${from.id}?`
  if (final && !(await terminal.confirm(question, { yes }))) return terminal.err.line('nothing was copied')
  const { ResumeFile } = await import('../operate/copy/resume-file-node.ts')
  const resume = new ResumeFile(from.id, to.id, options.resume)
  const result = await copied(ends, resume, options, terminal)
  terminal.out.line(`copied ${result.copied}, already there ${result.kept}`)
  await compared(result, ends, terminal)
  resume.remove()
  if (final) await finished(ends, terminal)
}

async function copied(
  { from, to }: Ends,
  resume: ResumeFile,
  { restart }: Options,
  terminal: Terminal,
): Promise<CopyResult> {
  const { runCopy } = await import('../operate/copy/run.ts')
  const stop = restart ? undefined : resume.read()
  terminal.err.line(
    `from ${from.id} to ${to.id}${stop === undefined ? '' : `, behind the ${stop.scanned} of an earlier run`}`,
  )
  using progress = terminal.progress('copying', (await from.store.transfer?.estimate()) ?? 0)
  let seen = stop?.scanned ?? 0
  try {
    return await runCopy(from, to, {
      resume,
      stop,
      signal: terminal.interrupted,
      onProgress(scanned) {
        seen = scanned
        progress.at(scanned)
      },
    })
  } catch (error) {
    progress.done(`stopped behind ${seen} sessions; the same command goes on there (${resume.path})`)
    throw error
  }
}

async function compared({ sample }: CopyResult, { from, to }: Ends, { out }: Terminal): Promise<void> {
  const { verify } = await import('../operate/copy/verify.ts')
  const found = await verify(sample, from, to)
  out.line(`about ${found.from} sessions in ${from.id}, ${found.to} in ${to.id}`)
  if (found.wrong.length > 0) throw notTheSame(found.wrong)
  out.line(`compared ${found.compared} of them, all the same`)
  if (found.isSealedForAnother) throw sealedForAnother(from.id, to.id)
}

async function finished({ from, to }: Ends, terminal: Terminal): Promise<void> {
  const { endWhatHasEnded } = await import('../operate/copy/finish.ts')
  using progress = terminal.progress('looking for what has ended', (await to.store.transfer?.estimate()) ?? 0)
  const onProgress = (seen: number): void => progress.at(seen)
  const ended = await endWhatHasEnded(from, to, { signal: terminal.interrupted, onProgress })
  progress.done()
  terminal.out.line(`ended ${ended} in ${to.id} that have ended in ${from.id}`)
}

function same(id: string): CommandError {
  return new CommandError(
    {
      code: 'same-store',
      what: `${id} is to be copied onto itself`,
      why: 'both ends of the copy are the same store',
      fix: 'name two different stores',
    },
    { exitCode: exitCodes.usage },
  )
}

function sealedForAnother(from: string, to: string): CommandError {
  return new CommandError({
    code: 'other-passphrase',
    what: `${to} cannot open what is encrypted in ${from}`,
    why: 'the sessions are copied, and the passphrases of the two configurations are different',
    fix: `give the new configuration the SessionCryptoPassphrase of the old one too, behind its own`,
  })
}

function notTheSame(wrong: readonly string[]): CommandError {
  return new CommandError({
    code: 'copy-differs',
    what: `${wrong.length} of the sessions that were compared are missing in the new store, or differ there`,
    why: `something else changes the new store, or it loses what it was given; the first is ${wrong[0]}`,
    fix: 'run the command again with --restart, and leave the new store alone meanwhile',
  })
}
