const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A user name as it was sent; undefined when it is no UTF-8, or holds control characters: nobody is called that. */
export function userName(octets: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(octets)
    return /\p{Cc}/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
