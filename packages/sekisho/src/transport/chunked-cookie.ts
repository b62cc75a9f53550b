import { SekishoError } from '../errors.ts'
import { maxCookieOctets, resolveCookie, type CookieTransportInput } from './cookie-options.ts'
import { cookieTransport } from './cookie.ts'
import type { Presented, RequestHeaders, Transport } from './contract.ts'

/** The front of every chunk: how many there are, and what tells this set from every other. */
const chunk = /^([2-9])\.([A-Za-z0-9_-]{8})\.(.+)$/
const FRONT = '9.xxxxxxxx.'.length

/** A sealed carrier ends with its authentication tag, which no other carrier has: that is the set's id. */
const ID_LENGTH = 8

/** More could not pass the header limits that servers have (16 KiB in Node). */
export const MAX_CHUNKS = 9

/** A transport that can say beforehand whether a carrier fits. */
export type ChunkedTransport = Transport & Required<Pick<Transport, 'check'>>

/**
 * Keeps a long carrier in several cookies: `name`, `name.1`, `name.2` and so on. A short one stays as it is in `name`.
 *
 * Each chunk repeats their number and the set's id. The first one decides: every answer writes from there on without a
 * gap, so whichever answer comes last leaves a complete set, and what another one has left behind it is surplus. A set
 * that is mixed all the same is no session, and is left alone. Surplus chunks expire with the next cookie that is set.
 *
 * @param input What a single cookie is made from.
 * @param limit How many cookies there may be.
 */
export function chunkedCookieTransport(input: CookieTransportInput, limit: number): ChunkedTransport {
  const { name } = resolveCookie(input)
  const cookies = Array.from({ length: Math.min(limit, MAX_CHUNKS) }, (_, index) =>
    index === 0
      ? cookieTransport(input)
      : cookieTransport({ ...input, cookie: { ...input.cookie, name: `${name}.${index}` } }),
  )
  const [first, ...others] = cookies as [Transport, ...Transport[]]
  const pieceLength = maxCookieOctets - `${name}.1`.length - FRONT

  function pieces(carrier: string): string[] {
    const chunks = divided(carrier, pieceLength)
    if (chunks.length <= cookies.length) return chunks
    throw tooLarge(name, chunks.join('').length, cookies.length)
  }

  return Object.freeze<ChunkedTransport>({
    check(carrier) {
      pieces(carrier)
    },
    read(headers) {
      const presented = first.read(headers)
      const rest =
        others.length > 0 && mentions(headers, `${name}.`) ? others.map((cookie) => cookie.read(headers)) : []
      const chunks = rest.flatMap(({ carrier }, index) => (carrier === undefined ? [] : [index + 1]))
      const whole = presented.carrier?.includes('.') ? assembled(presented.carrier, rest) : presented
      return chunks.length === 0 ? whole : { ...whole, chunks }
    },
    write(headers, change, presented) {
      const kept = change.kind === 'set' ? pieces(change.carrier) : []
      if (change.kind !== 'set') first.write(headers, change)
      else for (const [index, carrier] of kept.entries()) cookies[index]?.write(headers, { ...change, carrier })
      if (change.kind === 'keep') return
      for (const index of presented?.chunks ?? []) {
        if (index >= kept.length) cookies[index]?.write(headers, { kind: 'expire' })
      }
    },
  })
}

function divided(carrier: string, pieceLength: number): string[] {
  if (carrier.length <= pieceLength) return [carrier]
  const count = Math.ceil(carrier.length / pieceLength)
  const front = `${count}.${carrier.slice(-ID_LENGTH)}.`
  return Array.from(
    { length: count },
    (_, index) => front + carrier.slice(index * pieceLength, (index + 1) * pieceLength),
  )
}

/** The carrier whose first chunk this is; ambiguous, which is no session, unless every other chunk is of the same set. */
function assembled(head: string, rest: readonly Presented[]): Presented {
  const [, count, id, text = ''] = chunk.exec(head) ?? []
  const others = rest.slice(0, Number(count) - 1).map(({ carrier = '' }) => chunk.exec(carrier))
  const complete = id !== undefined && others.length === Number(count) - 1
  if (!complete || others.some((other) => other?.[1] !== count || other?.[2] !== id)) return { ambiguous: true }
  return { carrier: text + others.map((other) => other?.[3]).join('') }
}

function mentions(headers: RequestHeaders, text: string): boolean {
  const header =
    typeof headers.get === 'function' ? headers.get('cookie') : (headers as { cookie?: string | string[] }).cookie
  return header !== undefined && header !== null && header.includes(text)
}

function tooLarge(name: string, octets: number, limit: number): SekishoError {
  const allowed = limit === 1 ? 'one cookie; `cookie.chunks` allows more' : `${limit} cookies`
  return new SekishoError(
    'ERR_COOKIE_TOO_LARGE',
    `cookie \`${name}\` would hold ${octets} octets, more than fits into ${allowed}`,
  )
}
