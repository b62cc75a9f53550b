/** What is compared with the preconditions of a request. */
export interface Validators {
  /** With quotes, and `W/` in front of a weak one. */
  readonly etag: string
  /** In milliseconds since 1970. */
  readonly modifiedAt: number
}

/** What preconditions ask for: the whole answer, none because the client has it, or none because it has something else. */
export type Verdict = 'send' | 'not-modified' | 'failed'

type Fields = (name: string) => string | undefined

/** Evaluates the preconditions of a request in the order of RFC 9110, 13.2.2. */
export function checkPreconditions(method: string, field: Fields, validators: Validators): Verdict {
  if (!matchHolds(field, validators)) return 'failed'
  const reading = method === 'GET' || method === 'HEAD'
  const noneMatch = field('if-none-match')
  if (noneMatch !== undefined) {
    if (!lists(noneMatch, validators.etag, true)) return 'send'
    return reading ? 'not-modified' : 'failed'
  }
  if (!reading) return 'send'
  const since = timeOf(field('if-modified-since'))
  return since !== undefined && seconds(validators.modifiedAt) <= since ? 'not-modified' : 'send'
}

function matchHolds(field: Fields, { etag, modifiedAt }: Validators): boolean {
  const match = field('if-match')
  if (match !== undefined) return lists(match, etag, false)
  const since = timeOf(field('if-unmodified-since'))
  return since === undefined || seconds(modifiedAt) <= since
}

/** If-Range: whether the part that the client has is of what would be sent now. Only a strong tag or the exact time will do. */
export function rangeApplies(condition: string | undefined, { etag, modifiedAt }: Validators): boolean {
  if (condition === undefined) return true
  if (condition.startsWith('"')) return condition === etag
  return timeOf(condition) === seconds(modifiedAt)
}

function lists(header: string, etag: string, weakly: boolean): boolean {
  if (header.trim() === '*') return true
  const plain = (tag: string) => (weakly ? tag.replace(/^W\//, '') : tag)
  const wanted = plain(etag)
  if (!weakly && wanted.startsWith('W/')) return false
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => plain(tag) === wanted)
}

function timeOf(date: string | undefined): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(time) ? undefined : seconds(time)
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
