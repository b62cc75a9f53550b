/**
 * Pages through the rewriter.
 *
 * @module
 */
import { LinkRewriter, type LinkRewriterOptions } from 'sekisho/php'

/** What PHP's tests mostly carry. */
export const session: LinkRewriterOptions = { variables: [['PHPSESSID', 'testid']], isClassic: true }

/** A page after the rewriter. @param pieces The page, cut as it is to be given. */
export function rewrite(options: LinkRewriterOptions, ...pieces: readonly (string | Uint8Array)[]): string {
  const rewriter = new LinkRewriter(options)
  const parts = pieces.map((piece) => rewriter.push(typeof piece === 'string' ? Buffer.from(piece) : piece))
  return Buffer.concat([...parts, rewriter.end()]).toString()
}
