import type { IncomingMessage } from 'node:http'
import { SessionGoneError, SessionSupersededError } from 'sekisho'
import { csrfGuard } from 'sekisho/csrf'
import { redirect, refusal } from './answers.ts'
import { ownPath, readForm } from './form.ts'
import { findRoute, type Route } from './routes.ts'
import { languageOf, textsIn } from './texts.ts'
import type { Answer, Handler, Visit } from './visit.ts'

/** What is known about a visitor beside the request. */
export type Guest = Pick<Visit, 'session' | 'isKnown' | 'user' | 'door' | 'proof'>

/** Keeps out the forms of other sites. */
const csrf = csrfGuard()

/** A request together with what is known about who makes it. */
export function visitOf<G extends Guest>(req: IncomingMessage, guest: G): G & Visit {
  const target = req.url ?? '/'
  const [path = '/'] = target.split('?', 1)
  const method = req.method ?? 'GET'
  const language = guest.session.get('language') ?? languageOf(req.headers['accept-language'])
  return {
    ...guest,
    method,
    path,
    query: new URLSearchParams(target.slice(path.length)),
    page: method === 'GET' || method === 'HEAD' ? ownPath(target) : '/',
    id: '',
    form: new URLSearchParams(),
    userAgent: req.headers['user-agent'],
    language,
    texts: textsIn(language),
  }
}

/** Finds the route of a request and has it answered. */
export async function answerTo<V extends Visit>(
  req: IncomingMessage,
  visit: V,
  routes: readonly Route<V>[],
): Promise<Answer> {
  const found = findRoute(visit.path, routes)
  if (found === undefined) return refusal(visit, 404)
  const { route, id } = found
  if (req.method === 'POST' && route.post !== undefined) {
    // Refused before its body is read; the rest of it would stand in the way of the next request.
    if (csrf.check(req) !== undefined) return refusal(visit, 403, { connection: 'close' })
    const form = await readForm(req)
    if (typeof form === 'number') return refusal(visit, form, { connection: 'close' })
    if (route.forUser === true && lacksToken(visit, form)) return refusal(visit, 403)
    return post(route.post, { ...visit, id, form, page: ownPath(form.get('return')) })
  }
  const isGet = req.method === 'GET' || req.method === 'HEAD'
  if (isGet && route.get !== undefined) return route.get({ ...visit, id })
  const allow = [route.get && 'GET, HEAD', route.post && 'POST'].filter((methods) => methods !== undefined)
  return refusal(visit, 405, { allow: allow.join(', '), connection: 'close' })
}

/** A form that acts in a user's name brings a token of the user's session. Whoever is not signed in is asked to do that. */
function lacksToken({ user, proof }: Visit, form: URLSearchParams): boolean {
  return user !== undefined && proof?.holds(form.get('token')) === false
}

async function post<V extends Visit>(handler: Handler<V>, visit: V): Promise<Answer> {
  try {
    return await handler(visit)
  } catch (error) {
    // The session was ended from elsewhere while this request was under way: the next page shows how things stand.
    if (error instanceof SessionGoneError || error instanceof SessionSupersededError) return redirect('/')
    throw error
  }
}
