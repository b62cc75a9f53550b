/**
 * Ids of sessions: how they are made, where a request has one, and which are taken.
 *
 * @module
 */
import type { RequestIni } from '../ini/settings.ts'
import { cookieFields, type Field, postField, queryField, type PhpRequest } from './request.ts'

/** PHP's digits, the first of which stands for zero. */
const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,-'

/** The characters of an id that PHP's own handlers take, and those of a prefix. */
export const idCharacters: RegExp = /^[A-Za-z0-9,-]{1,256}$/

/** What PHP takes for an attack on the page that shows the id. */
const dangerous = /[\r\n\t <>'"\\]/

/** As long as a file's name may be, behind `sess_`. */
const longestId = 250

/**
 * A new random id.
 *
 * @param length Its characters.
 * @param bits The random bits in each: 4, 5 or 6.
 */
export function createSessionId(length: number, bits: number): string {
  return readable(crypto.getRandomValues(new Uint8Array(Math.ceil((length * bits) / 8))), length, bits)
}

/** Octets as an id, the lowest bits first: 0x1f with 4 bits is `f1`. */
export function readable(octets: Uint8Array, length: number, bits: number): string {
  let text = ''
  let [held, have, at] = [0, 0, 0]
  while (text.length < length) {
    if (have < bits) {
      held |= (octets[at] ?? 0) << have
      have += 8
      at += 1
    }
    text += digits[held & ((1 << bits) - 1)]
    held >>= bits
    have -= bits
  }
  return text
}

/** Where a request had its id. */
export interface FoundId {
  /** The id; `undefined`: there is none that counts. */
  readonly id: string | undefined
  /** Whether the session's cookie came, with whatever in it. */
  readonly hasCookie: boolean
  /** The other values of cookies of that name, which PHP does not look at. */
  readonly otherIds: readonly string[]
}

/**
 * The id of a request: Cookie, then GET, then POST, as the directives allow. The first that is there wins, even an empty one;
 * what is no text counts as absent.
 */
export function findId(request: PhpRequest, ini: RequestIni): FoundId {
  const name = ini.get('session.name')
  const cookies = ini.get('session.use_cookies') ? cookieFields(request, name) : []
  let id = textOf(cookies[0])
  if (!ini.get('session.use_only_cookies')) {
    id ??= textOf(queryField(request, name))
    id ??= textOf(postField(request, name))
    if (isForeign(request, ini.get('session.referer_check'))) id = undefined
  }
  return {
    id,
    hasCookie: cookies.length > 0,
    otherIds: cookies.filter((field) => typeof field === 'string').slice(1),
  }
}

function textOf(field: Field): string | undefined {
  return typeof field === 'string' ? field : undefined
}

/** Whether the page that led here lies where ids may not come from: a plain search for a text, as in PHP. */
function isForeign({ headers }: PhpRequest, wanted: string): boolean {
  const { referer } = headers
  return wanted !== '' && typeof referer === 'string' && referer !== '' && !referer.includes(wanted)
}

/**
 * An id as it is taken.
 *
 * @param isSafe Whether an id that no handler could keep counts as absent. PHP hands it to the handler, whose refusal makes
 * every start fail while the cookie is there.
 */
export function acceptedId(id: string | undefined, isSafe: boolean): string | undefined {
  if (id === undefined) return undefined
  if (isSafe) return idCharacters.test(id) && id.length <= longestId ? id : undefined
  if (dangerous.test(id)) return undefined
  return id.split('\0', 1)[0]
}
