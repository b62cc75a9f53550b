import type { Problem } from './diagnostics.ts'
import type { HostAddress } from './layer.ts'
import type { Word } from './words.ts'

/** Reads the addresses of a `<VirtualHost>`: `*:80`, `_default_:443`, `192.0.2.1`, `[2001:db8::1]:8443`, `name:80`. */
export function hostAddresses(
  words: readonly Word[],
): readonly HostAddress[] | { readonly problem: Problem; readonly word?: Word } {
  if (words.length === 0)
    return {
      problem: {
        code: 'malformed-section',
        message: '<VirtualHost> directive requires additional arguments',
        expected: '<VirtualHost *:80>',
      },
    }
  const addresses: HostAddress[] = []
  for (const word of words) {
    const address = hostAddress(word.text)
    if (address === undefined)
      return {
        problem: {
          code: 'bad-value',
          message: 'The address or port is invalid',
          expected: 'address:port, such as *:80 or [::1]:80',
          found: word.text,
        },
        word,
      }
    addresses.push(address)
  }
  return addresses
}

function hostAddress(text: string): HostAddress | undefined {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^\s:[\]]+))(?::(\d{1,5}|\*))?$/i.exec(text)
  if (match === null) return undefined
  const [, v6, plain = '', digits] = match
  const port = digits === undefined || digits === '*' ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  const anyHost = plain === '*' || plain.toLowerCase() === '_default_'
  return { host: anyHost ? undefined : (v6 ?? plain).toLowerCase(), port }
}
