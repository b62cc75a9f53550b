/** Browsers drop tabs and line ends, trim blanks, and take a backslash for a slash. */
const misread = /[\p{C}\s\\]/u
/** In a path: slashes, backslashes, dots and control characters, escaped once or more often. Other servers undo escapes. */
const disguised = /%(?:25)*(?:2[ef]|5c|[01][0-9a-f]|7f)/i

/**
 * A place within the site that a client asked to be sent to: a path that begins with one `/`, or an address of the host that the
 * request was made to. Whatever a browser, or a server behind this one, could take for another site is none: `//evil.example`,
 * `/\evil.example`, `/%2f/evil.example`, `/.//evil.example`, `https:evil.example`, user names, control characters.
 *
 * @param text What was asked for.
 * @param host The Host header of the request.
 * @returns Path, query and fragment for a Location header, in ASCII and without a host; undefined when it is no such place.
 */
export function siteLocation(text: string, host: string | undefined): string | undefined {
  // Signs that look like a slash become one where a server normalizes them.
  const plain = text.normalize('NFKC')
  if (misread.test(text) || misread.test(plain) || plain.startsWith('//')) return undefined
  const base = `http://${host ?? 'site.invalid'}`
  if (!/^(?:\/|https?:\/\/[^/])/i.test(text) || !URL.canParse(text, base)) return undefined
  const url = new URL(text, base)
  if (url.host !== new URL(base).host || url.username !== '' || url.password !== '') return undefined
  const [path = ''] = text.split(/[?#]/, 1)
  if (disguised.test(path) || url.pathname.startsWith('//')) return undefined
  return `${url.pathname}${url.search}${url.hash}`
}
