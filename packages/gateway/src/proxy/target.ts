import { SekishoUsageError } from 'sekisho'

/** An app behind the gateway: what a `ProxyPass` line says about it. */
export interface Target {
  /** As written, for messages. */
  readonly url: string
  /** Equal for targets that can share connections. */
  readonly key: string
  /** True: TLS to the app. */
  readonly secure: boolean
  /** A name or an address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** The path of a Unix socket, in place of host and port. */
  readonly socketPath: string | undefined
  /** The `Host` that the app is told: host, and the port where it is not the usual one. */
  readonly authority: string
  /** What is put in front of the rest of the path, escaped as a URL is; may hold `$1` for `ProxyPassMatch`. May be empty. */
  readonly base: string
  /** How long an app may neither take nor send a byte, in milliseconds. */
  readonly timeoutMs: number
  /** How long a tunnel may be silent, in milliseconds; undefined: for ever. */
  readonly tunnelTimeoutMs: number | undefined
  /** How long a connection may take, TLS and waiting for a free one included, in milliseconds. */
  readonly connectTimeoutMs: number
  /** How long an app that could not be connected to is left alone, in milliseconds; 0: not at all. */
  readonly retryMs: number
  /** How many connections that are used again there may be at once; undefined: as many as are needed. */
  readonly max: number | undefined
  /** How long an unused connection is kept, in milliseconds; 0: connections are not used again. */
  readonly keepMs: number
  /** What a connection may be upgraded to: a protocol's name in lower case, `any`, or `none`. */
  readonly upgrade: string
  /** True: the path is passed on as the client wrote it. */
  readonly nocanon: boolean
  /** True: the query is not passed on. */
  readonly noquery: boolean
}

/** What holds where the line says nothing. */
export interface TargetDefaults {
  /** In seconds: what ProxyTimeout says (default 60). */
  readonly timeout?: number
}

const usualPorts: Readonly<Record<string, number>> = { http: 80, ws: 80, https: 443, wss: 443 }

/**
 * Reads the target of a `ProxyPass` line: `http://127.0.0.1:3000/app`, `wss://…`, `unix:/run/app.sock|http://app/`.
 *
 * @param text The target; within `ProxyPassMatch` it may hold `$1` behind the host.
 * @param parameters The rest of the line by key in lower case: timeout, connectiontimeout, retry, ttl, max, disablereuse,
 * enablereuse, upgrade, nocanon, noquery. Durations are in seconds, or in milliseconds with `ms` behind them.
 * @throws SekishoUsageError `ERR_OPTION`: what, expected, found.
 */
export function parseTarget(
  text: string,
  parameters: ReadonlyMap<string, string> = new Map(),
  defaults: TargetDefaults = {},
): Target {
  const place = placeOf(text)
  const rest = terms(parameters, defaults)
  const { base: _, ...connection } = place
  return { url: text, key: JSON.stringify([connection, rest]), ...place, ...rest }
}

type Place = Pick<Target, 'secure' | 'host' | 'port' | 'socketPath' | 'authority' | 'base'>

function placeOf(text: string): Place {
  const [, socketPath, url = ''] = /^(?:unix:([^|]*)\|)?(.*)$/is.exec(text) ?? []
  const [, scheme = '', authority = '', base = ''] = /^(https?|wss?):\/\/([^/?#$]*)(.*)$/is.exec(url) ?? []
  const port = usualPorts[scheme.toLowerCase()]
  if (port === undefined || socketPath === '' || !URL.canParse(`http://${authority}`))
    throw bad('target', 'http://, https://, ws://, wss:// with a host, or unix:path|http://host/', text)
  if (base !== '' && !/^(?:\/|\$\d(?:[/?]|$))/.test(base))
    throw bad('target', 'a fixed host, with / or a whole $1 behind it', text)
  const parsed = new URL(`http://${authority}`)
  if (parsed.username !== '' || parsed.password !== '') throw bad('target', 'a host without user and password', text)
  const given = /:(\d+)$/.exec(authority)?.[1]
  return {
    secure: port === 443,
    host: parsed.hostname.replaceAll(/[[\]]/g, ''),
    port: given === undefined ? port : Number(given),
    socketPath,
    authority: given === undefined || Number(given) === port ? parsed.hostname : `${parsed.hostname}:${given}`,
    base: escaped(base),
  }
}

/** What a configuration writes may be escaped already or not. */
function escaped(base: string): string {
  return base.replaceAll(/%(?![\da-f]{2})|[^\w.~!$&'()*+,;=:@/%-]+/gi, (part) => encodeURIComponent(part))
}

type Terms = Omit<Target, keyof Place | 'url' | 'key'>

function terms(parameters: ReadonlyMap<string, string>, defaults: TargetDefaults): Terms {
  const timeout = duration(parameters, 'timeout', 1)
  const timeoutMs = timeout ?? (defaults.timeout ?? 60) * 1000
  const reuse = !isOn(parameters, 'disablereuse', false) && isOn(parameters, 'enablereuse', true)
  return {
    timeoutMs,
    tunnelTimeoutMs: timeout,
    connectTimeoutMs: duration(parameters, 'connectiontimeout', 1) ?? timeoutMs,
    retryMs: duration(parameters, 'retry', 0) ?? 0,
    max: count(parameters, 'max'),
    keepMs: reuse ? (duration(parameters, 'ttl', 1) ?? 60_000) : 0,
    upgrade: parameters.get('upgrade')?.toLowerCase() ?? 'websocket',
    nocanon: parameters.has('nocanon'),
    noquery: parameters.has('noquery'),
  }
}

function duration(parameters: ReadonlyMap<string, string>, key: string, least: number): number | undefined {
  const text = parameters.get(key)
  if (text === undefined) return undefined
  const [, digits, unit] = /^(\d{1,8})(ms|s)?$/i.exec(text) ?? []
  const ms = digits === undefined ? -1 : Number(digits) * (unit?.toLowerCase() === 'ms' ? 1 : 1000)
  if (ms < least)
    throw bad(key, `a number of seconds${least === 0 ? '' : ' of at least 1'}, or of milliseconds with ms`, text)
  return ms
}

function count(parameters: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = parameters.get(key)
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(text)) throw bad(key, 'a number of connections of at least 1', text)
  return Number(text)
}

function isOn(parameters: ReadonlyMap<string, string>, key: string, otherwise: boolean): boolean {
  const text = parameters.get(key)
  if (text === undefined) return otherwise
  if (!/^(?:on|off)$/i.test(text)) throw bad(key, 'On or Off', text)
  return text.toLowerCase() === 'on'
}

/** A password, which has no place in a target, is not to get into a log either. */
function bad(what: string, expected: string, found: string): SekishoUsageError {
  const shown = JSON.stringify(found.replace(/\/\/[^/@]*@/, '//…@'))
  return new SekishoUsageError('ERR_OPTION', `the ${what} of ProxyPass must be ${expected}; found ${shown}`)
}
