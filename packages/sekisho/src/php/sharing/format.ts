import { SekishoUsageError } from '../../errors.ts'
import type { CarrierHandOff } from '../../index.ts'
import type { SessionRecord } from '../../store/contract.ts'
import type { Row, RowFormat, RowSession } from '../../store/rows.ts'
import { PhpDecodeError } from '../format/errors.ts'
import { decodeVars, encodeVars, type PhpFormat } from '../format/vars.ts'
import { smallest } from '../value/keys.ts'
import { PhpArray, type PhpValue } from '../value/value.ts'
import { envelopeText, readEnvelope, type Envelope } from './envelope.ts'
import { merge, visible, type Json } from './json-values.ts'
import { endOfId, replacedIn } from './replaced.ts'
import { versionOf } from './secrets-node.ts'

/** The variables of a session as stored, and what the engine shall find as the verifiers of its secrets. */
export interface SharedContent extends Partial<CarrierHandOff> {
  readonly vars: Uint8Array
  readonly current: string
}

/** The variable in which PHP has who is logged in. */
export interface PrincipalVariable {
  /** Its name in `$_SESSION`. */
  readonly name: string
  /** As what a login writes it. Either is read. */
  readonly type: 'string' | 'int'
}

/** How a session lies in PHP's variables. */
export interface SharedFormatOptions {
  readonly format: PhpFormat
  /** The name of the variable that holds what the engine keeps beside the data. */
  readonly variable: string
  readonly principal: PrincipalVariable | undefined
  /** Seconds after which PHP calls a session garbage. */
  readonly maxLifetime: number
  /** Seconds after which the engine ends a session that PHP has begun, from when the engine first writes it. */
  readonly absolute: number
  /** The version of the data in a session that PHP has begun. */
  readonly dataVersion: number
  /** For how many seconds an id that PHP has replaced is good. */
  readonly forwardFor: number
}

const utf8 = new TextDecoder()
const octets = new TextEncoder()

/**
 * A session of the engine within a session of PHP: each top-level key of the data is a variable, and one more variable holds
 * versions, times and who is logged in. PHP reads, changes and carries along all of them as its own.
 */
export class SharedFormat implements RowFormat<SharedContent> {
  /** The variables that are no keys of the data. */
  readonly hidden: ReadonlySet<string>
  readonly #options: SharedFormatOptions
  /** What `decode` has read and nobody has changed since: a write decodes what it replaces. */
  readonly #seen = new WeakMap<Uint8Array, Seen>()

  constructor(options: SharedFormatOptions) {
    const { variable, principal } = options
    this.#options = options
    this.hidden = new Set(principal === undefined ? [variable] : [variable, principal.name])
  }

  decode({ data, changedAt, expiresAt }: Row<SharedContent>, now: number): RowSession | undefined {
    const vars = this.#read(data.vars)
    if (vars === undefined) return undefined
    const { variable, maxLifetime, dataVersion, forwardFor } = this.#options
    const envelope = readEnvelope(vars.get(variable))
    const holder = this.#holder(vars, envelope)
    this.#seen.set(data.vars, { vars, ...holder })
    const payload = once(() => this.#payloadOf(vars))
    const record: SessionRecord = {
      generation: envelope?.generation ?? 0,
      current: data.current,
      ...(data.previous !== undefined && { previous: data.previous }),
      ...holder,
      ...(envelope?.rotatedAt !== undefined && { rotatedAt: envelope.rotatedAt }),
      dataVersion: envelope?.dataVersion ?? dataVersion,
      writeIds: envelope?.writeIds ?? [],
      // A write looks at what it replaces, and seldom at its data.
      get payload() {
        return payload()
      },
    }
    const usedAt = Math.floor(changedAt ?? now)
    const stamp = {
      version: versionOf(data.vars),
      createdAt: envelope?.createdAt ?? usedAt,
      idleDeadline: Math.min(expiresAt ?? usedAt + maxLifetime * 1000, endOfId(replacedIn(vars, forwardFor))),
      absoluteDeadline: envelope?.absoluteDeadline ?? Number.POSITIVE_INFINITY,
    }
    return { record, stamp }
  }

  encode(session: RowSession, before: Row<SharedContent> | undefined): SharedContent {
    const { record, stamp } = session
    const { format, variable, absolute } = this.#options
    const vars = this.#kept(record, before)
    merge(vars, membersOf(record.payload), this.hidden)
    this.#setPrincipal(vars, record.principal)
    const isForeign = stamp.absoluteDeadline === Number.POSITIVE_INFINITY
    const absoluteDeadline = isForeign ? Date.now() + absolute * 1000 : stamp.absoluteDeadline
    vars.set(variable, envelopeText(session, absoluteDeadline))
    return { vars: encodeVars(format, vars), current: record.current }
  }

  /** What there is in a session, and who is logged in to it; `undefined` for data that PHP would refuse too: it stays as it is. */
  look(bytes: Uint8Array): Seen | undefined {
    const vars = this.#read(bytes)
    return vars && { vars, ...this.#holder(vars, readEnvelope(vars.get(this.#options.variable))) }
  }

  #read(bytes: Uint8Array): PhpArray | undefined {
    try {
      return decodeVars(this.#options.format, bytes)
    } catch (error) {
      if (error instanceof PhpDecodeError) return undefined
      throw error
    }
  }

  /** What the engine does not see goes on, unless the session is now somebody else's. */
  #kept({ principal }: SessionRecord, before: Row<SharedContent> | undefined): PhpArray {
    const seen = before === undefined ? undefined : this.#seen.get(before.data.vars)
    if (before === undefined || seen === undefined) return new PhpArray()
    this.#seen.delete(before.data.vars)
    return principal === undefined || principal === seen.principal ? seen.vars : new PhpArray()
  }

  #payloadOf(vars: PhpArray): Uint8Array {
    return octets.encode(JSON.stringify(Object.fromEntries(visible(vars, this.hidden))))
  }

  /** Who is logged in: PHP's own variable has the last word. What the engine knows of a login holds for that user alone. */
  #holder(vars: PhpArray, envelope: Envelope | undefined): Partial<SessionRecord> {
    const { principal: variable } = this.#options
    const principal = variable === undefined ? envelope?.principal : principalOf(vars.get(variable.name))
    if (principal === undefined) return {}
    if (envelope?.principal !== principal) return { principal }
    const { authenticatedAt, amr, device } = envelope
    return {
      principal,
      ...(authenticatedAt !== undefined && { authenticatedAt }),
      ...(amr !== undefined && { amr }),
      ...(device !== undefined && { device }),
    }
  }

  #setPrincipal(vars: PhpArray, principal: string | undefined): void {
    const { principal: variable } = this.#options
    if (variable === undefined || principal === undefined) return
    if (principalOf(vars.get(variable.name)) === principal) return
    vars.set(variable.name, variable.type === 'int' ? integerOf(variable.name, principal) : principal)
  }
}

/** What a row was found to hold. */
export interface Seen {
  readonly vars: PhpArray
  /** Who is logged in. */
  readonly principal?: string
}

/** Works a value out when it is first asked for. */
function once<T>(work: () => T): () => T {
  let result: { readonly value: T } | undefined
  return () => (result ??= { value: work() }).value
}

/** PHP's falsy ids are those of nobody: `null`, `false`, 0, `''`. */
function principalOf(value: PhpValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if ((typeof value === 'number' && Number.isSafeInteger(value)) || typeof value === 'bigint') {
    return value === 0 ? undefined : String(value)
  }
  return undefined
}

function integerOf(name: string, principal: string): number | bigint {
  if (/^-?\d{1,18}$/.test(principal)) return smallest(BigInt(principal))
  throw new SekishoUsageError(
    'ERR_ARGUMENT',
    `the id of the user must be a whole number, as $_SESSION[${JSON.stringify(name)}] wants it`,
  )
}

function membersOf(payload: Uint8Array): Map<string, Json> {
  try {
    return new Map(Object.entries(JSON.parse(utf8.decode(payload)) as Record<string, Json>))
  } catch (error) {
    const message =
      'sessions shared with PHP take no `encryption` and no `codec` but the one that comes with the sharing'
    throw new SekishoUsageError('ERR_OPTION', message, { cause: error })
  }
}
