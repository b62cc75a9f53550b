import { page, redirect } from '../answers.ts'
import { sessionsView } from '../views/sessions.ts'
import type { Answer, OwnVisit } from '../visit.ts'
import { logOut } from './login.ts'

/** Where the user is signed in. */
export async function showSessions(visit: OwnVisit): Promise<Answer> {
  const { user, services, texts } = visit
  if (user === undefined) return redirect('/login?return=/sessions')
  const sessions = await services.admin.list(user.id)
  return page(visit, { title: texts.sessions, main: sessionsView(visit, user, sessions) })
}

/** Ends one of the user's sessions; the address comes from a form, so it must be one of their own. */
export async function endSession(visit: OwnVisit): Promise<Answer> {
  const { session, user, services, form } = visit
  if (user === undefined) return redirect('/login?return=/sessions')
  const address = form.get('address') ?? ''
  if (address === session.meta.address) return logOut(visit)
  const ended = await services.admin.revoke(address, { principal: user.id })
  session.flash('notice', { kind: ended ? 'ended' : 'alreadyEnded' })
  return redirect('/sessions')
}

/** Ends all of the user's sessions but this one. */
export async function endOtherSessions({ session, user, services }: OwnVisit): Promise<Answer> {
  if (user === undefined) return redirect('/login?return=/sessions')
  const count = await services.admin.revokeAll(user.id, { except: session.meta.address })
  session.flash('notice', { kind: 'endedOthers', count })
  return redirect('/sessions')
}
