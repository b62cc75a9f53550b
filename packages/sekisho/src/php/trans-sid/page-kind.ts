/** The headers by which an answer says what it is; absent ones are undefined. */
export interface PageHeaders {
  /** `Content-Type`. */
  readonly contentType: string | undefined
  /** `Content-Encoding`. */
  readonly contentEncoding: string | undefined
}

/** Headers that no longer hold for a page whose links were rewritten: to be removed from the answer. */
export const headersOfBody: readonly string[] = Object.freeze([
  'accept-ranges',
  'content-digest',
  'content-length',
  'content-md5',
  'digest',
  'etag',
  'repr-digest',
])

const html = /^\s*text\/html\s*(?:;|$)/i
const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i
/** Character sets in which an octet of `<` is not always that character. */
const notAscii = /^(?:utf-?16|utf-?32|ucs-?[24]|iso-2022|utf-?7|hz-gb)/i

/**
 * Whether the body of an answer is a page that a rewriter may be given: HTML, as it is (not compressed), in a character set
 * that has ASCII in it. A rewriter in classic mode is for whatever is not compressed, as PHP's is.
 */
export function isPage({ contentType, contentEncoding }: PageHeaders, isClassic: boolean = false): boolean {
  const encoding = contentEncoding?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity') return false
  if (isClassic) return true
  const [, name = ''] = charset.exec(contentType ?? '') ?? []
  return html.test(contentType ?? '') && !notAscii.test(name)
}
