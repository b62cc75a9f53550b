/** What a failover has cost, by the history of those who lived through it. */
import type { History, Operation } from './faults/history.ts'

/** Acknowledged writes that are not there any more. */
export interface Losses {
  /** When each of them had been acknowledged: changes, and creations of sessions. */
  readonly times: readonly number[]
  /** How many sessions are gone as a whole. */
  readonly sessions: number
  /** Logins that are not there any more, in words. */
  readonly logins: readonly string[]
}

/** Finds what was acknowledged and then not there for somebody who looked. */
export function lossesOf({ operations }: Pick<History, 'operations'>): Losses {
  const sessions = bySession(operations)
  const times = new Set<Operation>()
  const logins: string[] = []
  let gone = 0
  for (const own of sessions.values()) {
    const isGone = own.some((one) => one.saw === 'nobody' && !mayHaveEnded(own, one))
    if (isGone) gone += 1
    for (const write of own.filter(({ result }) => result === 'ok')) {
      if (isLost(write, own, isGone)) times.add(write)
    }
    logins.push(...lostLogins(own))
  }
  return { times: Array.from(times, ({ ended }) => ended).toSorted((a, b) => a - b), sessions: gone, logins }
}

function bySession(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const sessions = new Map<string, Operation[]>()
  for (const operation of operations) {
    const own = sessions.get(operation.session)
    if (own === undefined) sessions.set(operation.session, [operation])
    else own.push(operation)
  }
  return sessions
}

function isLost({ deed, ended }: Operation, own: readonly Operation[], isGone: boolean): boolean {
  if (deed.kind === 'create') return isGone
  if (deed.kind !== 'push') return false
  const later = own.filter(({ saw, invoked }) => typeof saw === 'object' && ended < invoked)
  return isGone || later.some(({ saw }) => typeof saw === 'object' && !saw.list.includes(deed.value))
}

/** Whoever asks after an acknowledged login is that user, unless somebody has ended the session. */
function lostLogins(own: readonly Operation[]): string[] {
  const login = own.find(({ deed, result }) => deed.kind === 'login' && result === 'ok')
  if (login === undefined) return []
  const { principal } = login.deed as { principal: string }
  const later = own.filter(({ saw, invoked }) => saw !== undefined && login.ended < invoked)
  const strangers = later.filter((one) =>
    one.saw === 'nobody' ? !mayHaveEnded(own, one) : one.saw?.principal !== principal,
  )
  return strangers.map(({ saw, invoked }) => {
    const seen = typeof saw === 'object' ? String(saw.principal) : 'nobody'
    return `${principal}, logged in at ${login.ended.toFixed(1)}, was ${seen} at ${invoked.toFixed(1)}`
  })
}

/** Whether somebody may have ended the session before `one` was answered; a login without an answer has taken its secret. */
function mayHaveEnded(own: readonly Operation[], one: Operation): boolean {
  return own.some(({ deed, result, invoked }) => {
    if (invoked > one.ended || result === 'fail') return false
    return deed.kind === 'logout' || deed.kind === 'revoke' || (deed.kind === 'login' && result === 'info')
  })
}
