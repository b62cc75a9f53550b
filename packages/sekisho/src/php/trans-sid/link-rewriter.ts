import { ClassicScanner } from './classic-scanner.ts'
import { rewriteClassicUrl } from './classic-url.ts'
import type { LinkRewriterOptions, RewriteRules, Scanner } from './contract.ts'
import { carry, resolveRules } from './rules.ts'
import { SafeScanner } from './safe-scanner.ts'
import { rewriteSafeUrl } from './safe-url.ts'

/**
 * Writes variables, such as the id of a session, into the links and forms of a page while the page goes by. The page is taken
 * as octets of any character set that has ASCII in it (UTF-8, ISO-8859, EUC-JP, Shift_JIS); how it is cut into pieces makes no
 * difference. See {@link isPage} for what is not to be given to it.
 *
 * @example
 * ```ts
 * const rewriter = new LinkRewriter({ variables: [['PHPSESSID', session.id()]] })
 * response.write(rewriter.push(chunk))
 * response.end(rewriter.end())
 * ```
 */
export class LinkRewriter {
  readonly #rules: RewriteRules
  readonly #scanner: Scanner

  /** @throws SekishoUsageError `ERR_OPTION`. */
  constructor(options: LinkRewriterOptions) {
    this.#rules = resolveRules(options)
    this.#scanner = options.isClassic === true ? new ClassicScanner(this.#rules) : new SafeScanner(this.#rules)
  }

  /** From here on, other variables are carried, such as a new id; without any, the page is left as it is. */
  carry(variables: LinkRewriterOptions['variables']): void {
    carry(this.#rules, variables)
  }

  /** @returns What is settled of the page so far: an unfinished tag is held back. */
  push(chunk: Uint8Array): Uint8Array {
    const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    return Buffer.from(this.#scanner.push(octets.toString('latin1')), 'latin1')
  }

  /** The page is at its end. @returns What was held back. */
  end(): Uint8Array {
    return Buffer.from(this.#scanner.end(), 'latin1')
  }
}

/**
 * {@link LinkRewriter} as a stream of the web, for `body.pipeThrough(…)`.
 *
 * @throws SekishoUsageError `ERR_OPTION`.
 */
export function linkRewriterStream(options: LinkRewriterOptions): TransformStream<Uint8Array, Uint8Array> {
  const rewriter = new LinkRewriter(options)
  return new TransformStream({
    transform(chunk, controller) {
      const settled = rewriter.push(chunk)
      if (settled.length > 0) controller.enqueue(settled)
    },
    flush(controller) {
      const rest = rewriter.end()
      if (rest.length > 0) controller.enqueue(rest)
    },
  })
}

/**
 * One address with the variables in it, such as that of a `Location`; the same address where they must not go.
 *
 * @throws SekishoUsageError `ERR_OPTION`.
 */
export function rewriteAddress(address: string, options: LinkRewriterOptions): string {
  const rules = resolveRules(options)
  const octets = Buffer.from(address).toString('latin1')
  const setting = { isBaseOurs: true, isHtml: false }
  const rewritten =
    options.isClassic === true ? rewriteClassicUrl(octets, rules) : rewriteSafeUrl(octets, rules, setting)
  return Buffer.from(rewritten, 'latin1').toString()
}
