/** What all floors share. It is part of their listing in the README. */

/** The name of the floors' cookie. */
export const cookieName = 'sid'

/** How long the floors' sessions live. */
export const lifetimeMs = 1_800_000

/** The value of our cookie in a `Cookie` header. */
export function presented(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === cookieName) return pair.slice(at + 1).trim()
  }
  return undefined
}

/** The text of `Set-Cookie`. */
export function setCookie(value: string): string {
  return `${cookieName}=${value}; Path=/; HttpOnly; Secure; SameSite=Lax`
}
