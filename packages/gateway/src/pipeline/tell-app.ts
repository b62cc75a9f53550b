import type { KeyRing } from 'sekisho'
import { clientFields } from '../proxy/fields.ts'
import { forwardedFields } from '../proxy/forwarded.ts'
import type { VisitorSession } from '../session/contract.ts'
import { signSession } from 'sekisho/apache'
import type { Exchange } from './exchange.ts'
import { fieldsOf, type HeaderList, removeField, setField } from './header-list.ts'
import { applyRules, type PreparedRule } from './header-rules.ts'
import type { InternalFields } from './internal-fields.ts'
import type { SessionPlan } from './plan.ts'
import { octets } from '../lib/octets.ts'

/** What telling an app works with. */
export interface TellTools {
  readonly internal: InternalFields
  /** Signs what X-Signed-Session says. */
  readonly keyRing: KeyRing
}

/** What the app is told: what the client says, without what only the gateway may say; that; and what RequestHeader makes of it. */
export function fieldsForApp(exchange: Exchange, tools: TellTools): HeaderList {
  const { plan } = exchange
  const permitted = withoutForbidden(clientFields(exchange.rawHeaders), tools.internal, plan.session?.policy.header)
  const fields = forwardedFields(withoutApproach(permitted, exchange), hopOf(exchange))
  tellProxies(exchange, fields)
  applyRules(plan.earlyRequestRules, fields, exchange)
  if (plan.session !== undefined) tellSession(exchange, plan.session, { fields, keyRing: tools.keyRing })
  if (exchange.user !== undefined) setField(fields, 'X-Remote-User', octets(exchange.user))
  if (exchange.authorization !== undefined) setField(fields, 'Authorization', exchange.authorization)
  tellBody(exchange, fields)
  applyRequestRules(plan.requestRules, fields, exchange)
  return fields
}

/** RequestHeader where the gateway answers itself: what it says counts for conditions and rules all the same. */
export function changeRequest(exchange: Exchange): void {
  const { earlyRequestRules, requestRules } = exchange.plan
  if (earlyRequestRules.length + requestRules.length === 0) return
  const fields = [...exchange.rawHeaders]
  applyRequestRules([...earlyRequestRules, ...requestRules], fields, exchange)
}

function applyRequestRules(rules: readonly PreparedRule[], fields: HeaderList, exchange: Exchange): void {
  applyRules(rules, fields, exchange, (name) => exchange.overrule(name, fieldsOf(fields, name)))
}

/** @param own The session header of this very section: one of a `.htaccess` file is not known to the site. */
function withoutForbidden(fields: readonly string[], internal: InternalFields, own: string | undefined): HeaderList {
  const list: HeaderList = []
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string
    if (!internal.isForbidden(name) && name.toLowerCase() !== own) list.push(name, fields[at + 1] as string)
  }
  return list
}

function hopOf(exchange: Exchange): Parameters<typeof forwardedFields>[1] {
  const { remoteAddress, host, plan, scheme, approach } = exchange
  const server = plan.serverName ?? host
  return { peer: remoteAddress, host: exchange.header('host'), scheme, server, isTrusted: approach !== undefined }
}

/** What says where the request came from has been taken, or is nobody's to say. */
function withoutApproach(fields: HeaderList, { plan: { proxies } }: Exchange): HeaderList {
  if (proxies === undefined) return fields
  removeField(fields, proxies.header)
  if (proxies.proxiesHeader !== undefined) removeField(fields, proxies.proxiesHeader.toLowerCase())
  return fields
}

function tellProxies({ approach, plan: { proxies } }: Exchange, fields: HeaderList): void {
  if (approach === undefined || approach.through.length === 0 || proxies?.proxiesHeader === undefined) return
  setField(fields, proxies.proxiesHeader, approach.through.join(', '))
}

interface Told {
  readonly fields: HeaderList
  readonly keyRing: KeyRing
}

function tellSession(exchange: Exchange, plan: SessionPlan, { fields, keyRing }: Told): void {
  hideCookie(exchange, plan, fields)
  const session = exchange.session?.session
  if (session === undefined) return
  const content = plan.content === undefined ? undefined : exchange.environment('HTTP_SESSION')
  if (content !== undefined) setField(fields, 'Session', content)
  const value = plan.header === undefined ? undefined : headerValue(session, plan, { content, keyRing })
  if (plan.header !== undefined && value !== undefined) setField(fields, plan.header, value)
}

function hideCookie(exchange: Exchange, { keeper }: SessionPlan, fields: HeaderList): void {
  const cookie = exchange.header('cookie')
  const forwarded = keeper.forwardedCookie(cookie)
  if (forwarded === cookie) return
  if (forwarded === undefined) removeField(fields, 'cookie')
  else setField(fields, 'Cookie', forwarded)
}

function headerValue(
  session: VisitorSession,
  { policy }: SessionPlan,
  { content, keyRing }: { content: string | undefined; keyRing: KeyRing },
): string | undefined {
  if (policy.headerContent === 'session') return content
  if (session.id === undefined || policy.headerContent === 'id') return session.id
  return signSession(session.id, keyRing)
}

/** A body of the gateway's own has its own type, and no encoding. */
function tellBody({ body, contentType }: Exchange, fields: HeaderList): void {
  if (body === undefined) return
  removeField(fields, 'content-encoding')
  if (contentType === undefined) removeField(fields, 'content-type')
  else setField(fields, 'Content-Type', contentType)
}
