import { Command } from 'commander'
import { sizeText, spanText, timeText } from '../../lib/spans.ts'
import type { SessionEntry } from '../../operate/sessions/entry.ts'
import type { SessionList } from '../../operate/sessions/list.ts'
import type { Elsewhere } from '../../operate/site-stores-node.ts'
import { count } from '../arguments.ts'
import { type SiteOptions, sourceOf, takesSection } from '../site-source.ts'
import type { Output, Terminal } from '../terminal/terminal.ts'
import { tellElsewhere, withStores } from '../with-stores.ts'
import { searching } from './searching.ts'

interface Options extends SiteOptions {
  readonly user?: string
  readonly limit: number
  readonly cursor?: string
  readonly json: boolean
}

/** `sekisho sessions list site.conf` */
export function listCommand(terminal: Terminal): Command {
  return takesSection(new Command('list').description('List the live sessions of a site'))
    .argument('<file>', 'the configuration')
    .option('--user <name>', 'only the sessions of this user')
    .option('--limit <number>', 'how many to list', count, 50)
    .option('--cursor <text>', 'go on where an earlier list ended')
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action((file: string, options: Options) => list(file, options, terminal))
}

const help = `
A handle names a session and is no secret; the value of its cookie is shown nowhere. "ends unused" is when the session ends unless
it is used, "ends at latest" when it ends in any case. Piped, each line has its columns between tabs and the whole handle.

Examples:
  sekisho sessions list site.conf --limit 200
  sekisho sessions list site.conf --user hana --json
  sekisho sessions list site.conf --section /account | cut -f1 | xargs sekisho sessions revoke site.conf --yes`

async function list(file: string, options: Options, terminal: Terminal): Promise<void> {
  const { user, limit, cursor, json } = options
  const { listSessions } = await import('../../operate/sessions/list.ts')
  await withStores(sourceOf(file, options), async ({ stores, elsewhere }) => {
    const wanted = { limit, ...(user !== undefined && { user }), ...(cursor !== undefined && { cursor }) }
    const found = await searching(terminal, (search) => listSessions(stores, { ...wanted, ...search }))
    if (json) terminal.out.json(document(found, elsewhere))
    else show(found, elsewhere, stores.length > 1, terminal)
  })
}

function show(found: SessionList, elsewhere: readonly Elsewhere[], severalStores: boolean, terminal: Terminal): void {
  const { out, err } = terminal
  tellElsewhere(elsewhere, err)
  for (const id of found.unlisted)
    err.line(
      `${err.style('warn', 'note:')} the store ${id} cannot list its sessions: its statements are of a form of their own`,
    )
  const head = ['handle', 'user', 'created', 'last seen', 'ends unused', 'ends at latest', 'size', 'device', 'store']
  const rows = found.sessions.map((entry) => cells(entry, out))
  const width = severalStores ? head.length : head.length - 1
  if (rows.length > 0)
    out.write(
      terminal.table(
        rows.map((row) => row.slice(0, width)),
        { head: head.slice(0, width) },
      ),
    )
  else err.line('no sessions')
  if (found.next !== undefined) err.line(`there are more: --cursor ${found.next}`)
}

/** A terminal shows enough of a handle to tell sessions apart; `show` and `revoke` take it as it is shown. */
function cells(entry: SessionEntry, { isTerminal }: Output): string[] {
  const { address, user, isPerUser, createdAt, lastSeenAt, idleDeadline, absoluteDeadline, now, bytes, device, store } =
    entry
  const named = user ?? (isPerUser ? '(one per user)' : '-')
  return [
    isTerminal ? `${address.slice(0, 12)}…` : address,
    named,
    timeText(createdAt),
    lastSeenAt === undefined ? '?' : `${spanText(now - lastSeenAt)} ago`,
    `in ${spanText(Math.min(idleDeadline, absoluteDeadline) - now)}`,
    `in ${spanText(absoluteDeadline - now)}`,
    sizeText(bytes),
    device ?? '-',
    store,
  ]
}

function document({ sessions, next, unlisted }: SessionList, elsewhere: readonly Elsewhere[]): unknown {
  return {
    sessions: sessions.map((entry) => ({
      handle: entry.address,
      store: entry.store,
      user: entry.user ?? null,
      perUser: entry.isPerUser,
      created: instant(entry.createdAt),
      lastSeen: entry.lastSeenAt === undefined ? null : instant(entry.lastSeenAt),
      endsUnused: instant(Math.min(entry.idleDeadline, entry.absoluteDeadline)),
      endsAtLatest: instant(entry.absoluteDeadline),
      bytes: entry.bytes,
      device: entry.device ?? null,
    })),
    next: next ?? null,
    unlisted,
    elsewhere: elsewhere.map(({ kind, sections, place }) => ({ kind, sections, file: place.file, line: place.line })),
  }
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
