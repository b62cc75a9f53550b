import type { VisitorSession } from '../session/contract.ts'
import type { SessionPlan } from './plan.ts'

/** What SessionEnv tells about a session; undefined: nothing. */
export function contentOf(session: VisitorSession, { content }: SessionPlan): string | undefined {
  if (content === undefined) return undefined
  return content === 'form' ? session.encode() : jsonOf(session)
}

/** In ASCII, as a header has no other characters; the time of expiry in microseconds, as Apache writes it. */
function jsonOf(session: VisitorSession): string {
  const expiry = session.expiry === undefined ? [] : [['expiry', `${session.expiry}000`] as const]
  const json = JSON.stringify(Object.fromEntries([...session.entries(), ...expiry]))
  return json.replaceAll(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
