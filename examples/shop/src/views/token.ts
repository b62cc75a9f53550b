import type { Visit } from '../visit.ts'
import { html, type Html } from './html.ts'

/** What a form of a signed-in user brings along. The forms of visitors have none: it would make a session for everybody who only looks around. */
export function tokenField({ proof }: Visit): Html | false {
  return proof !== undefined && html`<input type="hidden" name="token" value="${proof.token()}" />`
}
