import { Command } from 'commander'
import type { StoredSession } from 'sekisho/store'
import { sizeText, spanText, timeText } from '../../lib/spans.ts'
import type { SessionContent } from '../../operate/sessions/content.ts'
import type { SessionEntry } from '../../operate/sessions/entry.ts'
import type { SiteStores } from '../../operate/site-stores-node.ts'
import { type SiteOptions, sourceOf, takesSection } from '../site-source.ts'
import { CommandError } from '../terminal/command-error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { tellElsewhere, withStores } from '../with-stores.ts'
import { searching } from './searching.ts'

interface Options extends SiteOptions {
  readonly values: boolean
  readonly json: boolean
}

interface Shown {
  readonly entry: SessionEntry
  readonly stored: StoredSession
  readonly content: SessionContent
}

/** `sekisho sessions show site.conf HANDLE` */
export function showCommand(terminal: Terminal): Command {
  return takesSection(new Command('show').description('Look into one session'))
    .argument('<file>', 'the configuration')
    .argument('<handle>', 'the handle of the session, or the beginning of it')
    .option('--values', 'show the values too, which are what a visitor has entrusted to the site', false)
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action((file: string, handle: string, options: Options) => show(file, handle, options, terminal))
}

const help = `
Data that is encrypted in the store is opened with the passphrases of the configuration. Looking counts as no use of the session.

Examples:
  sekisho sessions show site.conf 5f0c9a7d11e2
  sekisho sessions show site.conf 5f0c9a7d11e2 --values --json`

async function show(file: string, handle: string, options: Options, terminal: Terminal): Promise<void> {
  await withStores(sourceOf(file, options), async (site) => {
    const shown = await lookedUp(handle, site, terminal)
    if (options.json) terminal.out.json(document(shown, options.values))
    else print(shown, options.values, terminal)
  })
}

async function lookedUp(handle: string, { stores, elsewhere, state }: SiteStores, terminal: Terminal): Promise<Shown> {
  const { locate } = await import('../../operate/sessions/handle.ts')
  const { contentOf } = await import('../../operate/sessions/content.ts')
  const { entryOf } = await import('../../operate/sessions/entry.ts')
  const located = await searching(terminal, (search) => locate(handle, stores, search))
  const stored = await located?.in.store.read(located.address)
  const content = located && (await contentOf(located.address, located.in, state))
  if (located !== undefined && stored !== undefined && content !== undefined)
    return { entry: entryOf(located.address, stored, located.in), stored, content }
  tellElsewhere(elsewhere, terminal.err)
  throw noSuchSession()
}

/** A handle that nothing answers to. */
export function noSuchSession(): CommandError {
  return new CommandError({
    code: 'no-such-session',
    what: 'No live session has this handle',
    why: 'it has ended, or it belongs to another site',
    fix: '`sekisho sessions list` shows which sessions there are',
  })
}

function print({ entry, stored, content }: Shown, withValues: boolean, { out, table }: Terminal): void {
  const { now, lastSeenAt, idleDeadline, absoluteDeadline } = entry
  const { record, version } = stored
  const ends = (time: number): string => `${timeText(time)} (in ${spanText(time - now)})`
  const seen = lastSeenAt === undefined ? '?' : `${timeText(lastSeenAt)} (${spanText(now - lastSeenAt)} ago)`
  const facts: [string, string][] = [
    ['handle', entry.address],
    ['store', entry.store],
    ['user', entry.user ?? (entry.isPerUser ? '(one per user)' : '-')],
    ['created', timeText(entry.createdAt)],
    ['logged in', record.authenticatedAt === undefined ? '-' : timeText(record.authenticatedAt)],
    ['last seen', seen],
    ['ends unused', ends(Math.min(idleDeadline, absoluteDeadline))],
    ['ends at latest', ends(absoluteDeadline)],
    ['logins', String(record.generation)],
    ['written', version === 1 ? 'once' : `${version} times`],
    ['device', entry.device ?? '-'],
    ['data', `${sizeText(entry.bytes)}, ${content.isEncrypted ? 'encrypted' : 'not encrypted'}`],
  ]
  if (content.expiry !== undefined) facts.push(['ends, by the app', ends(content.expiry)])
  if (content.isBoundToPassword) facts.push(['bound to', 'the password at the login'])
  out.write(table(facts))
  out.line()
  if (content.entries === undefined) return out.line(closed)
  if (content.entries.length === 0) return out.line('nothing is kept in it')
  const rows = content.entries.map(([key, value]) => [
    key,
    sizeText(Buffer.byteLength(value)),
    ...(withValues ? [value] : []),
  ])
  out.write(table(rows, { head: ['key', 'size', ...(withValues ? ['value'] : [])] }))
}

const closed =
  'what is in it cannot be opened: it was encrypted with a passphrase that the configuration does not have (any more)'

function document({ entry, stored, content }: Shown, withValues: boolean): unknown {
  const { record, version } = stored
  const instant = (time: number | undefined): string | null =>
    time === undefined ? null : new Date(time).toISOString()
  return {
    handle: entry.address,
    store: entry.store,
    user: entry.user ?? null,
    perUser: entry.isPerUser,
    created: instant(entry.createdAt),
    loggedIn: instant(record.authenticatedAt),
    lastSeen: instant(entry.lastSeenAt),
    endsUnused: instant(Math.min(entry.idleDeadline, entry.absoluteDeadline)),
    endsAtLatest: instant(entry.absoluteDeadline),
    endsByApp: instant(content.expiry),
    logins: record.generation,
    written: version,
    device: entry.device ?? null,
    bytes: entry.bytes,
    encrypted: content.isEncrypted,
    boundToPassword: content.isBoundToPassword,
    data:
      content.entries?.map(([key, value]) => ({
        key,
        bytes: Buffer.byteLength(value),
        ...(withValues && { value }),
      })) ?? null,
  }
}
