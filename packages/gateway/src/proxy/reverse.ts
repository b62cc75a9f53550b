/** A `ProxyPassReverse` line. */
export interface Reverse {
  /** The path that the visitor sees, in a `<Location>` that of the section; may be a whole URL. */
  readonly path: string
  /** What the app says: a URL, or a path of any host. */
  readonly target: string
}

const addresses: ReadonlySet<string> = new Set(['location', 'content-location', 'uri', 'destination'])

/**
 * Puts the site's own addresses in the place of the app's, in `Location`, `Content-Location`, `URI` and `Destination`.
 *
 * @param fields Names and values in turn; changed.
 * @param site Scheme and host that the visitor asked for, `https://shop.example`.
 */
export function reverseFields(fields: string[], rules: readonly Reverse[], site: string): void {
  if (rules.length === 0) return
  for (let at = 0; at < fields.length; at += 2)
    if (addresses.has((fields[at] as string).toLowerCase()))
      fields[at + 1] = reversedAddress(fields[at + 1] as string, rules, site)
}

/**
 * The address that a visitor can follow. The first rule whose target the address begins with decides, in any case of
 * letters; the result is a whole URL, as in Apache. Unlike there `http://app:80` is not taken for the beginning of
 * `http://app:8080`, and no second slash comes in where the rule's path ends with one and the app's rest begins with one.
 */
export function reversedAddress(address: string, rules: readonly Reverse[], site: string): string {
  for (const { path, target } of rules) {
    const said = target.startsWith('/') ? pathOf(address) : address
    if (target === '' || said.slice(0, target.length).toLowerCase() !== target.toLowerCase()) continue
    const rest = said.slice(target.length)
    if (isBareHost(target) && !/^(?:[/?#]|$)/.test(rest)) continue
    const seen = path.endsWith('/') && rest.startsWith('/') ? path + rest.slice(1) : path + rest
    return /^[a-z][a-z\d+.-]*:\/\//i.test(seen) ? seen : site + seen
  }
  return address
}

function pathOf(address: string): string {
  const [whole = '', path] = /^[^:/?#]+:\/\/[^/]*(\/.*)?$/s.exec(address) ?? []
  return whole === '' || path === undefined ? address : path
}

function isBareHost(target: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[^/]*$/i.test(target)
}
