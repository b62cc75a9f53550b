import type { Codec } from '../codec/json.ts'
import { SekishoUsageError, shown } from '../errors.ts'
import type { LoginOptions, RotateOptions, Session, SessionKey, SessionMeta, SessionRequest } from './contract.ts'
import { lift, refusePrototypes, type DataOptions, type ReadData } from './data.ts'
import { own, type Members } from './merge.ts'
import { propertyView } from './property-view.ts'
import type { Attached, SessionActions, SessionState } from './state.ts'
import { noKeys, retainOnly, withKey } from './write-set.ts'

/** How an escaped letter of `__proto__` begins. */
const ESCAPED = String.raw`\u00`

/** Gives the engine the state of a session; throws for anything that is not one of ours. */
// oxlint-disable-next-line import/no-mutable-exports -- a static block is the only way to a private field from outside
export let stateOf: (session: object) => SessionState<Attached>

/** {@link Session}, over a state and the engine's actions. Both are private fields, so printing shows neither. */
export class SessionHandle implements Session<Members> {
  readonly #state: SessionState<Attached>
  readonly #actions: SessionActions
  #view: Members | undefined

  static {
    stateOf = (session) => {
      if (#state in session) return session.#state
      throw new SekishoUsageError('ERR_ARGUMENT', `expected a session opened here; received ${shown(session)}`)
    }
  }

  /** The session of a request that has not been found to belong to a stored one. */
  constructor(request: SessionRequest, codec: Codec, actions: SessionActions) {
    const writes = {
      codec,
      values: {},
      baseText: actions.emptyText,
      assigned: noKeys,
      handed: noKeys,
      hidden: noKeys,
      retained: undefined,
    }
    this.#actions = actions
    this.#state = {
      request,
      writes,
      presented: undefined,
      attachment: undefined,
      reserved: undefined,
      lost: undefined,
      lease: undefined,
      cookieDue: false,
      ended: false,
      used: false,
      committed: false,
      turn: undefined,
      login: undefined,
      rotate: false,
      graceless: false,
      ensure: false,
    }
  }

  get principal(): string | undefined {
    const { attachment, login } = this.#state
    this.#state.used = true
    return login === undefined ? attachment?.stored.record.principal : login.principal
  }

  get meta(): SessionMeta {
    this.#state.used = true
    return metaOf(this.#state.attachment)
  }

  get data(): Members {
    this.#view ??= propertyView(this)
    return this.#view
  }

  get(key: string): unknown {
    const { writes } = this.#state
    this.#state.used = true
    if (!Object.hasOwn(writes.values, key) || writes.hidden.has(key)) return undefined
    const value = writes.values[key]
    if (typeof value === 'object' && value !== null) writes.handed = withKey(writes.handed, key)
    return value
  }

  set(key: string, value: unknown): void {
    const { writes } = this.#state
    checkMember(key, value)
    writes.codec.check?.(value, key)
    if (!this.#mayChange(key)) return
    writes.values[key] = value
    writes.assigned = withKey(writes.assigned, key)
    // The caller still holds it, and may change it after it was stored.
    if (typeof value === 'object') writes.handed = withKey(writes.handed, key)
    writes.hidden.delete(key)
  }

  delete(key: string): boolean {
    const { writes } = this.#state
    const had = this.has(key)
    if (!Object.hasOwn(writes.values, key) || !this.#mayChange(key)) return false
    delete writes.values[key]
    writes.assigned = withKey(writes.assigned, key)
    writes.hidden.delete(key)
    return had
  }

  has(key: string): boolean {
    const { values, hidden } = this.#state.writes
    this.#state.used = true
    return Object.hasOwn(values, key) && !hidden.has(key)
  }

  keys(): string[] {
    const { values, hidden } = this.#state.writes
    this.#state.used = true
    return Object.keys(values).filter((key) => !hidden.has(key))
  }

  deleteAll(): void {
    for (const key of Object.keys(this.#state.writes.values)) this.delete(key)
  }

  flash(...[key, value]: [key: string, value?: unknown]): unknown {
    if (value !== undefined) return this.set(key, value)
    const taken = this.get(key)
    this.delete(key)
    return taken
  }

  update(
    ...call: [key: string, change: (value: unknown) => unknown] | [change: (draft: Members) => unknown]
  ): Promise<unknown> {
    const change = call.length === 1 ? call[0] : changeOfKey(...call)
    if (typeof change !== 'function') {
      throw new SekishoUsageError('ERR_ARGUMENT', `update takes a function; received ${shown(change)}`)
    }
    this.#state.used = true
    return this.#actions.update(this.#state, (draft) => synchronous(change(draft)))
  }

  save(): Promise<void> {
    return this.#actions.save(this.#state)
  }

  ensure(): void {
    if (this.#mayChange(undefined)) this.#state.ensure = true
  }

  rotate({ grace = true }: RotateOptions = {}): void {
    if (!this.#mayChange(undefined)) return
    this.#state.rotate = true
    if (!grace) this.#state.graceless = true
  }

  login(principal: string, options: LoginOptions<Members> = {}): void {
    if (typeof principal !== 'string' || principal.length === 0 || principal.length > 255) {
      throw new SekishoUsageError(
        'ERR_ARGUMENT',
        `the principal must be a string of 1 to 255 characters; received ${shown(principal)}`,
      )
    }
    if (this.#state.committed) {
      throw new SekishoUsageError(
        'ERR_SESSION_COMMITTED',
        'login needs a cookie in the answer, and the answer has begun',
      )
    }
    this.#actions.mayLogin?.()
    const { keep, amr, device } = options
    checkLabels(amr, device)
    const kept = this.#keptKeys(keep)
    const same = this.principal === undefined || this.principal === principal
    retainOnly(this.#state.writes, same ? kept : new Set())
    this.#state.login = { principal, amr, device }
  }

  logout(): Promise<void> {
    return this.#actions.logout(this.#state)
  }

  #keptKeys(keep: readonly SessionKey<Members>[] | undefined): ReadonlySet<string> {
    const { keepKeys } = this.#actions
    const undeclared = keep?.find((key) => !keepKeys.has(key))
    if (undeclared === undefined) return keep === undefined ? keepKeys : new Set(keep)
    throw new SekishoUsageError(
      'ERR_ARGUMENT',
      `\`keep\` names \`${undeclared}\`, which the definition does not declare; add \`keys: { ${undeclared}: { beforeLogin: 'keep' } }\` there if it is safe`,
    )
  }

  /** After the answer has begun a change cannot be kept: it is reported, and not made. */
  #mayChange(key: string | undefined): boolean {
    if (!this.#state.committed) return true
    this.#actions.late(this.#state, key)
    return false
  }
}

/**
 * Data from its text: parsed, guarded and lifted to the layout of today. Throws when it is no data; what was written by
 * us never is.
 */
export function readData(text: string, dataVersion: number, options: DataOptions): ReadData {
  const values = options.codec.parse(text) as Members
  if (typeof values !== 'object' || values === null || Array.isArray(values)) throw new TypeError('not an object')
  // An honest encoder writes neither; both may hide a member named __proto__.
  if (text.includes('__proto__') || text.includes(ESCAPED)) refusePrototypes(values)
  return dataVersion < options.dataVersion ? lift(values, dataVersion, options) : { values, text }
}

function checkMember(key: unknown, value: unknown): void {
  if (typeof key !== 'string' || key === '__proto__')
    throw new SekishoUsageError('ERR_ARGUMENT', 'a session key must be a string other than __proto__')
  if (value === undefined)
    throw new SekishoUsageError('ERR_VALUE', `\`${key}\` is undefined; call \`delete\` to remove a value`)
}

function checkLabels(amr: unknown, device: unknown): void {
  if (amr !== undefined && !(Array.isArray(amr) && amr.every((method) => typeof method === 'string'))) {
    throw new SekishoUsageError('ERR_ARGUMENT', `\`amr\` must be an array of strings; received ${shown(amr)}`)
  }
  if (device !== undefined && typeof device !== 'string') {
    throw new SekishoUsageError('ERR_ARGUMENT', `\`device\` must be a string; received ${shown(device)}`)
  }
}

function metaOf(attachment: Attached | undefined): SessionMeta {
  const stored = attachment?.stored
  return {
    address: attachment?.token.address,
    createdAt: known(stored?.createdAt),
    authenticatedAt:
      stored?.record.principal === undefined ? undefined : known(stored.record.authenticatedAt ?? stored.createdAt),
    idleDeadline: known(stored?.idleDeadline),
    absoluteDeadline: known(stored?.absoluteDeadline),
    generation: stored?.record.generation ?? 0,
    amr: [...(stored?.record.amr ?? [])],
    device: stored?.record.device,
  }
}

/** The times of a session made in this request are known to the store alone. */
function known(time: number | undefined): number | undefined {
  return Number.isNaN(time) ? undefined : time
}

function changeOfKey(key: string, change: (value: unknown) => unknown): (draft: Members) => unknown {
  return (draft) => {
    const value = synchronous(change(own(draft, key)))
    checkMember(key, value)
    draft[key] = value
    return value
  }
}

function synchronous<R>(result: R): R {
  if (typeof result === 'object' && result !== null && 'then' in result) {
    throw new SekishoUsageError(
      'ERR_ARGUMENT',
      'the change given to `update` must be synchronous: it may run several times',
    )
  }
  return result
}
