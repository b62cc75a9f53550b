import { fieldValue, foldedName } from './fields.ts'

/** How a request came to the gateway. */
export interface Hop {
  /** The address of the visitor; undefined when it came by a Unix socket. */
  readonly peer: string | undefined
  /** The `Host` that the client asked for. */
  readonly host: string | undefined
  readonly scheme: 'http' | 'https'
  /** The name of this server, for `X-Forwarded-Server`. */
  readonly server: string
  /** True: it came by a proxy of our own, whose word is taken. */
  readonly isTrusted: boolean
}

/** What is said anew at every hop. */
const ours: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-server',
  'x-forwarded-proto',
  'forwarded',
])

/**
 * Tells the app how the request came: `X-Forwarded-For`, `-Host`, `-Server`, `-Proto` and `Forwarded` (RFC 7239). What an
 * untrusted peer says of these, and any other `X-Forwarded-…` and `X-Real-IP`, is left out; to what a trusted peer says the
 * next hop is appended, but for `X-Forwarded-Proto`, which is one word and stays the first one's.
 *
 * @param fields Names and values in turn.
 * @returns A new list.
 */
export function forwardedFields(fields: readonly string[], hop: Hop): string[] {
  const peer = plainAddress(hop.peer)
  const before = hop.isTrusted ? fields : []
  const list = withoutForwarded(fields, hop.isTrusted ? isOurs : isAboutHops)
  add(list, 'X-Forwarded-For', said(before, 'x-forwarded-for'), peer)
  add(list, 'X-Forwarded-Host', said(before, 'x-forwarded-host'), hop.host)
  add(list, 'X-Forwarded-Server', said(before, 'x-forwarded-server'), hop.server)
  list.push('X-Forwarded-Proto', fieldValue(before, 'x-forwarded-proto') ?? hop.scheme)
  add(list, 'Forwarded', said(before, 'forwarded'), forwarded(peer, hop))
  return list
}

function withoutForwarded(fields: readonly string[], isDropped: (name: string) => boolean): string[] {
  const list: string[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string
    const first = name.codePointAt(0)
    const suspect = first === 0x58 || first === 0x78 || first === 0x46 || first === 0x66
    if (!suspect || !isDropped(foldedName(name))) list.push(name, fields[at + 1] as string)
  }
  return list
}

function isOurs(name: string): boolean {
  return ours.has(name)
}

/** Programs that get fields in variables take `X_Forwarded_For` for `X-Forwarded-For`, hence the folded names. */
function isAboutHops(name: string): boolean {
  return name.startsWith('x-forwarded-') || name === 'forwarded' || name === 'x-real-ip'
}

/** Several fields with one name are one list. */
function said(fields: readonly string[], name: string): string | undefined {
  let value: string | undefined
  for (let at = 0; at < fields.length; at += 2)
    if (fields[at]?.toLowerCase() === name)
      value = value === undefined ? fields[at + 1] : `${value}, ${fields[at + 1] as string}`
  return value
}

function add(list: string[], name: string, before: string | undefined, value: string | undefined): void {
  if (value === undefined && before === undefined) return
  if (before === undefined || before === '') list.push(name, value ?? '')
  else list.push(name, value === undefined ? before : `${before}, ${value}`)
}

function forwarded(peer: string | undefined, { host, scheme }: Hop): string {
  const from = peer?.includes(':') === true ? `"[${peer}]"` : (peer ?? 'unknown')
  return `for=${from}${host === undefined ? '' : `;host=${quoted(host)}`};proto=${scheme}`
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : JSON.stringify(text)
}

/** An IPv4 address in IPv6 spelling is an IPv4 address; a port, which some proxies write, does not belong to it. */
export function plainAddress(address: string | undefined): string | undefined {
  if (address === undefined || address === '') return undefined
  if (!address.includes(':')) return address
  return address
    .replace(/^\[([^\]]*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '')
}
