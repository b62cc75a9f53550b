import { percentDecoded, textOfField } from '../lib/octets.ts'

/**
 * The path that sections and SessionInclude are compared with: decoded, dot segments and repeated slashes gone, no query.
 *
 * Octets that are no UTF-8 stand in it as `textOfOctets` writes them: the real server compares octets.
 *
 * @param target The target of a request in origin form, as Node gives it: `/a/%62?c`.
 * @returns Undefined when there is no such path: bad escapes, an encoded slash or NUL, no slash in front, or a way out of the root.
 */
export function requestPath(target: string): string | undefined {
  const end = target.search(/[?#]/)
  const raw = end === -1 ? target : target.slice(0, end)
  if (plain.test(raw)) return raw
  if (!raw.startsWith('/') || /%(?:2f|00)|\0/i.test(raw)) return undefined
  const decoded = percentDecoded(textOfField(raw))
  return decoded === undefined ? undefined : withoutDots(decoded)
}

/** Most paths are what they stand for: no escapes, no empty segments, none that begins with a dot. */
const plain = /^(?:\/|(?:\/[\w~-][\w.~-]*)+\/?)$/

function withoutDots(path: string): string | undefined {
  const segments: string[] = []
  const parts = path.split('/')
  for (const part of parts) {
    if (part === '..' && segments.pop() === undefined) return undefined
    if (part !== '' && part !== '.' && part !== '..') segments.push(part)
  }
  const last = parts.at(-1)
  const open = last === '' || last === '.' || last === '..'
  return segments.length === 0 ? '/' : `/${segments.join('/')}${open ? '/' : ''}`
}
