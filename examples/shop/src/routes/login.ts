import { page, redirect } from '../answers.ts'
import { deviceLabel } from '../device.ts'
import { ownPath } from '../form.ts'
import { loginView } from '../views/login.ts'
import type { Answer, OwnVisit, Visit } from '../visit.ts'

/** The form; whoever is signed in already goes straight on. */
export function showLogin(visit: Visit): Answer {
  const { user, query, texts } = visit
  const next = ownPath(query.get('return'))
  if (user !== undefined) return redirect(next)
  const main = loginView(visit, query.has('failed') ? { next, failed: '' } : { next })
  return page(visit, { title: texts.login, main })
}

/** Signs a user in. An unknown user and a wrong password get the same answer, after the same work. */
export async function logIn(visit: OwnVisit): Promise<Answer> {
  const { form, session, services, texts, userAgent } = visit
  const typed = (form.get('user') ?? '').trim()
  const user = await services.users.check(typed, form.get('password') ?? '')
  if (user === undefined) {
    const main = loginView(visit, { next: visit.page, failed: typed })
    return page(visit, { title: texts.login, main, status: 422 })
  }
  const device = deviceLabel(userAgent)
  session.login(user.id, { amr: ['pwd'], ...(device === undefined ? {} : { device }) })
  session.flash('notice', { kind: 'welcome' })
  return redirect(visit.page)
}

/** Signs the user out. The language stays, in a session of its own without a name. */
export async function logOut({ session }: OwnVisit): Promise<Answer> {
  const language = session.get('language')
  await session.logout()
  if (language !== undefined) session.set('language', language)
  session.flash('notice', { kind: 'goodbye' })
  return redirect('/')
}
