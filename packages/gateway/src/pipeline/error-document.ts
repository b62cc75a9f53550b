import { textValue } from '../config/expression/evaluate.ts'
import { percentEncoded } from '../lib/octets.ts'
import { type Answer, isError, redirection } from './answer.ts'
import type { Exchange } from './exchange.ts'

/** What an error is answered with: as it is, otherwise, or with a page of this site. */
export type ErrorPage =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'page'; readonly uri: string }

/** Looks up ErrorDocument. Those of the request that failed count, not those of the page that it led to. */
export function errorPage(exchange: Exchange, answer: Answer): ErrorPage {
  const document = isError(answer) ? exchange.plan.errorDocuments.get(String(answer.status)) : undefined
  if (document === undefined || answer.status === 304) return { kind: 'answer', answer }
  const value = textValue(document.value, exchange)
  if (document.kind === 'text')
    return {
      kind: 'answer',
      answer: { ...answer, body: { kind: 'text', text: value, type: 'text/html; charset=utf-8' } },
    }
  if (value.startsWith('/')) return { kind: 'page', uri: percentEncoded(value, /[^\0-\x7f]+/g) }
  return { kind: 'answer', answer: redirection(302, value, answer.headers) }
}
