import type { Answer, Visit } from './visit.ts'
import type { Html } from './views/html.ts'
import { layout } from './views/layout.ts'
import { messageView } from './views/message.ts'

/** The content of a page; the frame is the same everywhere. */
export interface PageContent {
  readonly title: string
  readonly main: Html
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Everything is in the page or comes from this host, and no other site may frame it. */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** A page in the shop's frame, with the message that the form before it left. */
export function page(visit: Visit, { title, main, status = 200, headers = {} }: PageContent): Answer {
  const { session, user, language } = visit
  // HEAD shows nothing to anybody, so the message waits for the page itself.
  const notice = visit.method === 'HEAD' ? undefined : session.flash('notice')
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': language,
      'content-security-policy': policy,
      'cache-control': user === undefined ? 'private, no-cache' : 'no-store',
      vary: 'Accept-Language',
      ...headers,
    },
    body: layout(visit, { title, main, notice }).text,
  }
}

/** After a form: the browser fetches the next page, which can be reloaded without sending the form again. */
export function redirect(path: string): Answer {
  return { status: 303, headers: { location: path, 'cache-control': 'no-store' }, body: '' }
}

/** A page for whatever cannot be done, with a way on. */
export function refusal(visit: Visit, status: RefusalStatus, headers: Readonly<Record<string, string>> = {}): Answer {
  const { texts } = visit
  const title = texts[`error${status}`]
  return page(visit, { title, main: messageView({ title, text: texts[`error${status}Text`], texts }), status, headers })
}

/** The refusals that have a page. */
export type RefusalStatus = 400 | 403 | 404 | 405 | 413 | 415 | 422
