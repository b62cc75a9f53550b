/** Whether a history can have come from a system that keeps its promises. */
import type { Deed, History, Operation, View } from './history.ts'

/** A promise that was broken. */
export interface Broken {
  /**
   * `lost`: an acknowledged write was not there for a later request, or a session that nobody ended was gone. `revived`: a
   * session was there after its acknowledged end. `torn`: what was read had never been written. `foreign`: a session showed
   * another one's content.
   */
  readonly promise: 'lost' | 'revived' | 'torn' | 'foreign'
  /** What was seen, and against which operation. */
  readonly text: string
}

/** Holds a history against the promises. @returns What was broken, nothing when all was kept. */
export function faultsOf({ operations }: Pick<History, 'operations'>): Broken[] {
  const sessions = new Map<string, Operation[]>()
  for (const operation of operations) {
    const own = sessions.get(operation.session)
    if (own === undefined) sessions.set(operation.session, [operation])
    else own.push(operation)
  }
  return [...sessions.values()].flatMap((own) => new SessionCheck(own).faults())
}

type Write = Operation & { readonly deed: Extract<Deed, { value: string } | { principal: string }> }
type Read = Operation & { readonly saw: View }

/** The operations of one session. */
class SessionCheck {
  readonly #operations: readonly Operation[]
  readonly #reads: readonly Read[]

  constructor(operations: readonly Operation[]) {
    this.#operations = operations
    this.#reads = operations.filter((one): one is Read => one.saw !== undefined && one.saw !== 'nobody')
  }

  faults(): Broken[] {
    const known = this.#reads.filter(({ session, saw }) => saw.owner === session)
    return [
      ...this.#foreign(),
      ...this.#revived(),
      ...this.#loggedOut(),
      ...known.flatMap((read) => [...this.#registers(read), ...this.#list(read), ...this.#counter(read)]),
      ...this.#sameCounts(),
    ]
  }

  #foreign(): Broken[] {
    return this.#reads
      .filter(({ session, saw }) => saw.owner !== session)
      .map((read) => broken('foreign', read, `showed the content of ${read.saw.owner}`))
  }

  /** Whatever starts after an end that was acknowledged belongs to nobody. */
  #revived(): Broken[] {
    const ends = this.#of('logout', 'revoke').filter(({ result }) => result === 'ok')
    const alive = this.#operations.filter((one) => isAlive(one))
    return alive.flatMap((one) => {
      const end = ends.find(({ ended }) => ended < one.invoked)
      return end === undefined ? [] : [broken('revived', one, `came after ${describe(end)} and was still served`)]
    })
  }

  /** Whoever has a session is nobody only when it may have been ended, or while a login changes its secret. */
  #loggedOut(): Broken[] {
    const [creation] = this.#of('create').filter(({ result }) => result === 'ok')
    const nobody = this.#operations.filter(({ saw }) => saw === 'nobody')
    return nobody
      .filter((one) => creation !== undefined && creation.ended < one.invoked && !this.#mayHaveEnded(one))
      .map((one) => broken('lost', one, 'belonged to nobody, though nobody had ended the session'))
  }

  #mayHaveEnded(one: Operation): boolean {
    const ends = this.#of('logout', 'revoke', 'login').filter(({ result }) => result !== 'fail')
    return ends.some(({ deed, result, invoked, ended }) => {
      // Who does not get the answer to a login does not get the new secret either.
      const isOver = deed.kind === 'login' && result === 'ok' && ended < one.invoked
      return invoked < one.ended && !isOver
    })
  }

  #registers(read: Read): Broken[] {
    const keys = new Set(this.#of('set').map(({ deed }) => (deed as { key: string }).key))
    for (const key of Object.keys(read.saw.keys)) keys.add(key)
    const found = [...keys].flatMap((key) =>
      this.#register(read, `\`${key}\``, read.saw.keys[key], this.#writesOf(key)),
    )
    return [...found, ...this.#register(read, 'the principal', read.saw.principal, this.#logins())]
  }

  /** A value is that of some write, and no write that certainly came after that one was certainly there already. */
  #register(read: Read, what: string, value: string | undefined, writes: readonly Write[]): Broken[] {
    // A user may have logged in several times, and been refused some of them.
    const source = writes.find((write) => valueOf(write) === value && mayHaveBeenSeen(write, read))
    if (value !== undefined && source === undefined)
      return [broken('torn', read, `showed ${value} as ${what}, which nobody had written`)]
    const from = source === undefined ? -Infinity : this.#certainFrom(source)
    const others = writes.filter((write) => valueOf(write) !== value)
    const newer = others.find((write) => write.invoked > from && this.#certainFrom(write) < read.invoked)
    if (newer === undefined) return []
    return [broken('lost', read, `showed ${String(value)} as ${what} after ${describe(newer)}`)]
  }

  #list(read: Read): Broken[] {
    const { list } = read.saw
    const pushes = this.#writesOf('list')
    const strange = list.filter(
      (value) => !pushes.some((push) => valueOf(push) === value && mayHaveBeenSeen(push, read)),
    )
    const double = list.filter((value, index) => list.indexOf(value) !== index)
    const missing = pushes.filter((push) => this.#certainFrom(push) < read.invoked && !list.includes(valueOf(push)))
    return [
      ...strange.map((value) => broken('torn', read, `showed ${value} in the list, which nobody had written`)),
      ...double.map((value) => broken('torn', read, `showed ${value} twice in the list`)),
      ...missing.map((push) => broken('lost', read, `did not show ${describe(push)} in the list`)),
    ]
  }

  #counter(read: Read): Broken[] {
    const increments = this.#of('increment')
    const least = increments.filter(({ result, ended }) => result === 'ok' && ended < read.invoked).length
    const most = increments.filter((one) => mayHaveBeenSeen(one, read)).length
    const { count } = read.saw
    if (count < least) return [broken('lost', read, `counted ${count} after ${least} acknowledged increments`)]
    return count > most ? [broken('torn', read, `counted ${count} though there were only ${most} increments`)] : []
  }

  /** Two acknowledged increments never give the same count: one would have been lost. */
  #sameCounts(): Broken[] {
    const counted = this.#of('increment').filter(({ count }) => count !== undefined)
    const seen = new Map<number | undefined, Operation>()
    return counted.flatMap((one) => {
      const other = seen.get(one.count)
      seen.set(one.count, one)
      return other === undefined ? [] : [broken('lost', one, `counted ${one.count}, and so did ${describe(other)}`)]
    })
  }

  /** From when on a write is certainly there: its acknowledgement, or the first read that showed it. */
  #certainFrom(write: Write): number {
    const value = valueOf(write)
    const shown = this.#reads.filter(({ saw }) => shows(saw, write.deed, value)).map(({ ended }) => ended)
    return Math.min(write.result === 'ok' ? write.ended : Infinity, ...shown)
  }

  #writesOf(key: string): Write[] {
    const kind = key === 'list' ? 'push' : 'set'
    const writes = this.#of(kind) as Write[]
    return kind === 'push' ? writes : writes.filter(({ deed }) => deed.kind === 'set' && deed.key === key)
  }

  #logins(): Write[] {
    return this.#of('login') as Write[]
  }

  #of(...kinds: readonly Deed['kind'][]): Operation[] {
    return this.#operations.filter(({ deed }) => kinds.includes(deed.kind))
  }
}

/** Whether an operation was served as that of a living session. The end itself is not, and may be asked for twice. */
function isAlive({ deed, result, saw }: Operation): boolean {
  if (saw === 'nobody' || deed.kind === 'logout' || deed.kind === 'revoke') return false
  return saw !== undefined || result === 'ok'
}

function mayHaveBeenSeen(write: Operation, read: Read): boolean {
  return write.result !== 'fail' && write.invoked < read.ended
}

function valueOf({ deed }: Write): string {
  return deed.kind === 'login' ? deed.principal : deed.value
}

function shows(view: View, deed: Write['deed'], value: string): boolean {
  if (deed.kind === 'login') return view.principal === value
  return deed.kind === 'push' ? view.list.includes(value) : view.keys[deed.key] === value
}

function broken(promise: Broken['promise'], operation: Operation, what: string): Broken {
  return { promise, text: `${describe(operation)} ${what}` }
}

/** `read of s1 [12.0–15.5 ok]`. */
function describe({ deed, session, invoked, ended, result }: Operation): string {
  const value = 'value' in deed ? ` ${deed.value}` : ''
  return `${deed.kind}${value} of ${session} [${invoked.toFixed(1)}–${ended.toFixed(1)} ${result}]`
}
