import { SekishoUsageError } from 'sekisho'
import type { Awaitable } from '../lib/awaitable.ts'
import type { AnswerHead } from '../proxy/contract.ts'
import type { VisitorSession } from '../session/contract.ts'
import type { Exchange } from './exchange.ts'
import { fieldsOf, removeField } from './header-list.ts'
import type { InternalFields } from './internal-fields.ts'

/** What JSON says about a key; without a text, the key is to go. */
type Entry = readonly [key: string, text: string | undefined]

/**
 * Takes what the app says about the session out of its answer: SessionHeader, X-Renew-Session. Where several sections name
 * different headers, the client sees none of them.
 */
export function hearApp(exchange: Exchange, head: AnswerHead, internal: InternalFields): Awaitable<void> {
  const own = exchange.plan.session?.policy.header
  const said = own === undefined ? [] : fieldsOf(head.rawHeaders, own)
  if (own !== undefined) removeField(head.rawHeaders, own)
  for (const name of internal.sessions) removeField(head.rawHeaders, name)
  const [value] = said
  const session = exchange.session?.session
  if (session === undefined || value === undefined) return undefined
  return own === 'x-renew-session' ? obey(session, value) : write(session, value)
}

async function obey(session: VisitorSession, value: string): Promise<void> {
  if (!(await command(session, value))) write(session, value)
}

/** @returns False for what is no command. */
async function command(session: VisitorSession, value: string): Promise<boolean> {
  switch (value.trim().toLowerCase()) {
    case '1':
    case 'true':
    case 'renew':
      session.renew()
      return true
    case 'destroy':
      await session.destroy()
      return true
    default:
      return false
  }
}

/** An app may write JSON in the place of a form: an object of texts, `null` for a key that is to go. */
function write(session: VisitorSession, value: string): void {
  const entries = value.startsWith('{') ? entriesOf(value) : undefined
  if (entries === undefined) return session.merge([value])
  session.merge([formOf(entries)])
  for (const [key, text] of entries) if (text === '') keepEmpty(session, key)
}

function formOf(entries: readonly Entry[]): string {
  const plain = (text: string) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
  return entries.map(([key, text = '']) => `${plain(key)}=${plain(text)}`).join('&')
}

/** In a form, a text that is empty takes its key away. A key that no session can have is left out, as it is there. */
function keepEmpty(session: VisitorSession, key: string): void {
  try {
    session.set(key, '')
  } catch (error) {
    if (!(error instanceof SekishoUsageError)) throw error
  }
}

/** A header is octets; what an app writes beyond ASCII is UTF-8. */
function entriesOf(value: string): Entry[] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(value, 'latin1').toString())
    if (typeof parsed !== 'object' || parsed === null) return undefined
    return Object.entries(parsed).map(([key, entry]) => [key, textOf(entry)])
  } catch {
    return undefined
  }
}

function textOf(entry: unknown): string | undefined {
  if (entry === null || entry === undefined) return undefined
  return typeof entry === 'object' ? JSON.stringify(entry) : String(entry)
}
