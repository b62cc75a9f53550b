import { type Awaitable, goOn } from '../lib/awaitable.ts'
import type { Exchange, OpenSession } from './exchange.ts'
import { appendToField, fieldOf, fieldsOf, type HeaderList, membersOf, removeField } from './header-list.ts'
import { applyRules } from './header-rules.ts'

/** The fields of an answer in the two tables that the real server has. */
export interface AnswerFields {
  readonly status: number
  /** What an answer has whatever it says: cookies of sessions, `Header always`. */
  readonly always: HeaderList
  /** What belongs to the answer itself. */
  readonly own: HeaderList
  /** True: an error or redirect of the gateway's own, to which only `Header always` applies. */
  readonly isError: boolean
}

/**
 * Completes the fields of an answer: the session is committed, so that its cookie goes out with them, and rules are applied.
 *
 * @returns Names and values in the order in which they are sent.
 * @throws SekishoError with a `status` when the session cannot be written.
 */
export function finishFields(exchange: Exchange, fields: AnswerFields): Awaitable<HeaderList> {
  const sessions = sessionsOf(exchange)
  exchange.status = fields.status
  return goOn(commitAll(sessions, exchange, fields), () => withRules(exchange, fields, sessions))
}

/** One after the other. */
function commitAll(
  [first, ...others]: readonly OpenSession[],
  exchange: Exchange,
  fields: AnswerFields,
): Awaitable<void> {
  if (first === undefined) return undefined
  const answer = { status: fields.status, deliverable: !exchange.isUpgraded && !exchange.isGone }
  return goOn(first.keeper.commit(first.session, answer), (lines) => {
    for (const line of lines) fields.always.push('Set-Cookie', line)
    return commitAll(others, exchange, fields)
  })
}

function withRules(
  exchange: Exchange,
  { always, own, isError }: AnswerFields,
  sessions: readonly OpenSession[],
): HeaderList {
  const { alwaysRules, answerRules } = exchange.plan
  for (const { keeper } of sessions) keepFromCaches({ always, own }, keeper.cacheControl)
  // Of an error all fields are as good as set by `always`, so that a rule replaces what the gateway says.
  const all = isError ? [...always, ...own] : always
  applyRules(alwaysRules, all, exchange)
  if (!isError) applyRules(answerRules, own, exchange)
  sayVaried(exchange, isError ? all : own)
  if (isError) return all
  return always.length === 0 ? own : [...always, ...own]
}

/** A condition that asks about a header of the request makes the answer depend on it, whatever came of it. */
function sayVaried({ varied }: Exchange, list: HeaderList): void {
  if (varied === undefined) return
  const said = fieldsOf(list, 'vary').flatMap(membersOf)
  if (said.includes('*')) return
  const known = new Set(said.map((name) => name.toLowerCase()))
  for (const name of varied) if (!known.has(name.toLowerCase())) appendToField(list, 'Vary', name)
}

/** Of the exchanges that led to this answer, each session once. */
function sessionsOf(exchange: Exchange): readonly OpenSession[] {
  if (exchange.origin === undefined) return exchange.session === undefined ? [] : [exchange.session]
  const found = new Map<object, OpenSession>()
  for (let at: Exchange | undefined = exchange; at !== undefined; at = at.origin?.exchange)
    if (at.session !== undefined) found.set(at.session.session, at.session)
  return [...found.values()].toReversed()
}

/** An answer that depends on a session is no other visitor's. What the app says already is kept, but for `public`. */
function keepFromCaches({ always, own }: Pick<AnswerFields, 'always' | 'own'>, wanted: string): void {
  if (fieldOf(own, 'vary') === undefined && fieldOf(own, 'cache-control') === undefined && always.length === 0) {
    own.push('Vary', 'Cookie', 'Cache-Control', wanted)
    return
  }
  const isCookie = /\*|(?:^|,)\s*cookie\s*(?:,|$)/i
  if (!fieldsOf(own, 'vary').some((value) => isCookie.test(value))) appendToField(own, 'Vary', 'Cookie')
  const said = fieldsOf(own, 'cache-control').flatMap(membersOf)
  const names = [...said, ...fieldsOf(always, 'cache-control').flatMap(membersOf)].map((name) => name.toLowerCase())
  if (names.includes('no-store')) return
  const missing = membersOf(wanted).filter((member) => !names.includes(member))
  const kept = said.filter((member) => member.toLowerCase() !== 'public')
  if (missing.length === 0 && kept.length === said.length) return
  removeField(own, 'cache-control')
  own.push('Cache-Control', [...kept, ...missing].join(', '))
}
