import { carrierParts, cookieTransport, type CookieOptions, type Presented, type Transport } from '../../index.ts'
import { idCharacters } from '../functions/session-id.ts'
import type { KnownIds } from './known-ids.ts'
import { carrierOf } from './secrets-node.ts'

/** What the transport is made of. */
export interface PhpCookieInput {
  readonly application: string
  readonly development: boolean
  readonly cookie: CookieOptions
}

const nothing: Presented = Object.freeze({})

/** PHP's cookie as a transport: the id is what travels, and the engine sees a carrier that is made of it. */
export function phpCookie(input: PhpCookieInput, ids: KnownIds): Transport {
  const cookie = cookieTransport(input)
  return Object.freeze<Transport>({
    read(headers) {
      const presented = cookie.read(headers)
      if (presented.carrier === undefined) return presented
      // PHP encodes the comma, and what a visitor makes up is nobody's id.
      const id = presented.carrier.replaceAll(/%2c/gi, ',')
      if (!idCharacters.test(id)) return nothing
      const carrier = carrierOf(id)
      const { address, current } = carrierParts(carrier)
      ids.meet(address, { id, current })
      return { carrier }
    },
    write(headers, change, presented) {
      if (change.kind !== 'set') return cookie.write(headers, change, presented)
      const known = ids.get(carrierParts(change.carrier).address)
      if (known !== undefined) cookie.write(headers, { ...change, carrier: known.id }, presented)
    },
  })
}
