import { Command } from 'commander'
import type { SiteStore } from '../operate/site-stores-node.ts'
import { count } from './arguments.ts'
import { tellElsewhere, withStores } from './with-stores.ts'
import { type SiteOptions, sourceOf, takesSection } from './site-source.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options extends SiteOptions {
  readonly limit?: number
  readonly dryRun: boolean
}

/** `sekisho gc site.conf` */
export function gcCommand(terminal: Terminal): Command {
  return takesSection(new Command('gc').description('Remove expired sessions from the stores of a site'))
    .argument('<file>', 'the configuration')
    .option('--limit <number>', 'remove at most so many', count)
    .option('--dry-run', 'remove nothing, and say about how many could be removed', false)
    .addHelpText('after', help)
    .action((file: string, options: Options) => gc(file, options, terminal))
}

const help = `
An expired session is worth nothing whether or not it is removed, and a gateway that runs removes a thousand a minute by itself.
This is for those that are left when none runs, or too many for it. Small batches with pauses leave room for live traffic. After
Ctrl-C nothing is half done, and the same command goes on.

Examples:
  sekisho gc site.conf --dry-run
  sekisho gc site.conf --limit 100000`

async function gc(file: string, options: Options, terminal: Terminal): Promise<void> {
  const { limit = Infinity, dryRun } = options
  await withStores(sourceOf(file, options), async ({ stores, elsewhere }) => {
    tellElsewhere(elsewhere, terminal.err)
    let left = limit
    for (const site of stores) {
      if (!site.store.capabilities.sweeps) terminal.out.line(`${site.id}: ${unswept(site)}`)
      else if (dryRun) await counted(site, terminal)
      else if (left > 0) left -= await removed(site, left, terminal)
    }
  })
}

function unswept({ id }: SiteStore): string {
  if (id.startsWith('redis')) return 'nothing to do; its server removes expired sessions by itself'
  return 'expired sessions cannot be found by the statements of the site; SessionDBDCleanSQL would remove them'
}

async function counted(site: SiteStore, { out, interrupted }: Terminal): Promise<void> {
  const { countExpired } = await import('../operate/gc.ts')
  const expired = await countExpired(site, interrupted)
  const told =
    expired === undefined
      ? 'expired sessions cannot be counted in MySQL and MariaDB'
      : `about ${expired} expired sessions`
  out.line(`${site.id}: ${told}`)
}

async function removed({ id, store }: SiteStore, limit: number, terminal: Terminal): Promise<number> {
  const { removeExpired } = await import('../operate/gc.ts')
  using progress = terminal.progress(`${id}: removed`)
  let sofar = 0
  try {
    await removeExpired(store, {
      limit,
      signal: terminal.interrupted,
      onProgress(number) {
        sofar = number
        progress.at(number)
      },
      onSuspicion: (reason, waitMs) => terminal.err.line(doubts(id, reason, waitMs)),
    })
  } catch (error) {
    if (terminal.interrupted.aborted) progress.done(`${id}: interrupted after ${sofar}; run the command again to go on`)
    throw error
  }
  progress.done()
  terminal.out.line(`${id}: removed ${sofar} expired sessions`)
  return sofar
}

function doubts(id: string, reason: string, waitMs: number): string {
  const seconds = Math.round(waitMs / 1000)
  return `${id}: ${reason}. Is the clock right? It says ${new Date().toString()}. Stop with Ctrl-C if not; otherwise this goes on in ${seconds} s`
}
