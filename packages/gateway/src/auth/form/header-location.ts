import { textValue } from '../../config/expression/evaluate.ts'
import type { TextNode } from '../../config/expression/ast.ts'
import type { ExpressionRequest } from '../../config/expression/vocabulary.ts'
import { percentEncoded } from '../../lib/octets.ts'

/**
 * The place that the configuration names, filled in for a request. What came out of the request is escaped where it could end
 * the header or leave ASCII; what the operator wrote as an address stays one.
 *
 * @returns Undefined when nothing is configured, or nothing came of it.
 */
export function configuredLocation(node: TextNode | undefined, request: ExpressionRequest): string | undefined {
  const text = node === undefined ? '' : textValue(node, request)
  return text === '' ? undefined : percentEncoded(text, /[^\x21-\x7e]|["<>\\^`{|}]/gu)
}
