import { Command } from 'commander'
import type { Located } from '../../operate/sessions/handle.ts'
import type { SiteStores } from '../../operate/site-stores-node.ts'
import { type SiteOptions, sourceOf, takesSection } from '../site-source.ts'
import { CommandError, exitCodes } from '../terminal/command-error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { tellElsewhere, withStores } from '../with-stores.ts'
import { searching } from './searching.ts'
import { noSuchSession } from './show.ts'

interface Options extends SiteOptions {
  readonly yes: boolean
}

interface AllOptions extends Options {
  readonly user?: string
  readonly everybody: boolean
}

/** `sekisho sessions revoke site.conf HANDLE…` */
export function revokeCommand(terminal: Terminal): Command {
  return takesSection(new Command('revoke').description('End sessions by their handles'))
    .argument('<file>', 'the configuration')
    .argument('<handle...>', 'handles of sessions, or the beginnings of them')
    .option('-y, --yes', 'do not ask', false)
    .addHelpText('after', revokeHelp)
    .action((file: string, handles: readonly string[], options: Options) => revoke(file, handles, options, terminal))
}

/** `sekisho sessions revoke-all site.conf --user NAME` */
export function revokeAllCommand(terminal: Terminal): Command {
  return takesSection(new Command('revoke-all').description('End all sessions of a user, or of everybody'))
    .argument('<file>', 'the configuration')
    .option('--user <name>', 'all sessions of this user, a login that is under way included')
    .option('--everybody', 'the sessions of everybody', false)
    .option('-y, --yes', 'do not ask', false)
    .addHelpText('after', revokeAllHelp)
    .action((file: string, options: AllOptions) => revokeAll(file, options, terminal))
}

const revokeHelp = `
The cookie of a session that was ended is worth nothing from that moment on, in whatever browser or program it is. Handles that
no live session has are told, and the command ends with 1.

Example:
  sekisho sessions revoke site.conf 5f0c9a7d11e2 a3b20f6e91c4`

const revokeAllHelp = `
When the command is done, every session that there was when it began is dead. Who logs in afterwards has a new one.

Examples:
  sekisho sessions revoke-all site.conf --user hana
  sekisho sessions revoke-all site.conf --everybody --yes`

async function revoke(file: string, handles: readonly string[], options: Options, terminal: Terminal): Promise<void> {
  await withStores(sourceOf(file, options), async (site) => {
    const { found, missing } = await locateAll(handles, site, terminal)
    if (found.length === 0) {
      tellElsewhere(site.elsewhere, terminal.err)
      throw noSuchSession()
    }
    if (!(await terminal.confirm(`End ${sessions(found.length)}?`, { yes: options.yes })))
      return terminal.err.line('nothing was ended')
    const { revokeOne } = await import('../../operate/sessions/revoke.ts')
    let ended = 0
    for (const located of found) ended += Number(await revokeOne(located, site.state))
    terminal.out.line(`ended ${sessions(ended)}`)
    if (missing.length === 0) return
    throw someMissing(missing)
  })
}

async function locateAll(
  handles: readonly string[],
  { stores }: SiteStores,
  terminal: Terminal,
): Promise<{ found: readonly Located[]; missing: readonly string[] }> {
  const { locate } = await import('../../operate/sessions/handle.ts')
  const found = new Map<string, Located>()
  const missing: string[] = []
  for (const handle of handles) {
    const located = await searching(terminal, (search) => locate(handle, stores, search))
    if (located === undefined) missing.push(handle)
    else found.set(located.address, located)
  }
  return { found: [...found.values()], missing }
}

async function revokeAll(file: string, options: AllOptions, terminal: Terminal): Promise<void> {
  const { user, everybody, yes } = options
  if ((user === undefined) === !everybody) throw whose()
  await withStores(sourceOf(file, options), async (site) => {
    tellElsewhere(site.elsewhere, terminal.err)
    const question =
      user === undefined ? 'End the sessions of everybody?' : `End all sessions of ${JSON.stringify(user)}?`
    if (!(await terminal.confirm(question, { yes }))) return terminal.err.line('nothing was ended')
    const { revokeUser } = await import('../../operate/sessions/revoke.ts')
    const ended =
      user === undefined ? await endEverybody(site, terminal) : await revokeUser(user, site.stores, site.state)
    terminal.out.line(`ended ${sessions(ended)}`)
  })
}

async function endEverybody({ stores, state }: SiteStores, terminal: Terminal): Promise<number> {
  const { revokeEverybody } = await import('../../operate/sessions/revoke.ts')
  using progress = terminal.progress('ending sessions')
  let sofar = 0
  try {
    return await revokeEverybody(stores, state, {
      signal: terminal.interrupted,
      onProgress(seen) {
        sofar = seen
        progress.at(seen)
      },
    })
  } catch (error) {
    if (terminal.interrupted.aborted)
      progress.done(`interrupted behind ${sofar} sessions, which are ended; run the command again to go on`)
    throw error
  }
}

function someMissing(missing: readonly string[]): CommandError {
  return new CommandError({
    code: 'no-such-session',
    what: `No live session has the handle ${missing.join(', ')}`,
    why: 'it has ended already; the others were ended now',
    fix: '`sekisho sessions list` shows which sessions there are',
  })
}

function sessions(number: number): string {
  return number === 1 ? '1 session' : `${number} sessions`
}

function whose(): CommandError {
  return new CommandError(
    {
      code: 'whose-sessions',
      what: 'It was not said whose sessions are to end',
      why: 'one of --user and --everybody is needed, and not both',
      fix: 'sekisho sessions revoke-all <file> --user <name>',
    },
    { exitCode: exitCodes.usage },
  )
}
