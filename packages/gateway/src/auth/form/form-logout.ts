import type { KeyRing } from 'sekisho'
import { AuthFormLogoutByLink, AuthFormLogoutLocation, AuthFormSize } from '../../config/directives/auth-form.ts'
import { SessionCompat } from '../../config/directives/session.ts'
import type { SettingsView } from '../../config/directive.ts'
import { shown } from '../log.ts'
import { type Answer, redirect } from '../outcome.ts'
import { Signer } from 'sekisho/sign'
import type { Visit } from '../visit.ts'
import { configuredLocation } from './header-location.ts'
import { pageAnswer } from './page.ts'
import { crossSiteRefusal, postedField } from './same-site.ts'

/** The field of a form that holds the token of a logout. */
export const logoutTokenField = 'sekisho_token'

/**
 * `SetHandler form-logout-handler`. A POST logs out when it comes from a page of the site, or brings the token that
 * {@link FormLogout.token} makes. A GET shows a page with one button, because a link can be followed by a picture on any site;
 * it logs out at once, as in Apache, with `AuthFormLogoutByLink On` or `SessionCompat apache`.
 */
export class FormLogout {
  readonly #signer: Signer

  constructor(keyRing: KeyRing) {
    this.#signer = new Signer(keyRing, 'gateway logout')
  }

  /** The token that a logout of this session may bring, for forms on other sites; undefined while there is no session. */
  token({ session }: Pick<Visit, 'session'>): string | undefined {
    return session?.id === undefined ? undefined : this.#signer.sign(session.id)
  }

  async handle(visit: Visit): Promise<Answer> {
    const { request, session } = visit
    const refused = session?.user === undefined ? undefined : await this.#refusal(visit)
    if (refused !== undefined) return refused
    await session?.logout()
    const page = configuredLocation(visit.settings.get(AuthFormLogoutLocation), request)
    if (page === undefined) return pageAnswer(200, 'Logged out', '<p>You are logged out.</p>')
    // Apache answers 307 always, which makes a browser post to the next page what it posted here.
    return redirect(isReading(request.method) ? 307 : 303, page, [['Cache-Control', 'no-store']])
  }

  async #refusal(visit: Visit): Promise<Answer | undefined> {
    const { request, settings } = visit
    if (isReading(request.method)) return isLinkEnough(settings) ? undefined : this.#question(visit)
    const foreign = crossSiteRefusal(request)
    if (foreign === undefined || (await this.#bringsToken(visit))) return undefined
    const message = `logout refused: another site asked for it (${foreign}): ${shown(request.path)}`
    visit.log({ level: 'warn', module: 'auth_form', message })
    return pageAnswer(403, 'Not logged out', '<p>Another site asked for this. Nothing has changed.</p>')
  }

  async #bringsToken({ request, settings, session }: Visit): Promise<boolean> {
    const token = await postedField(request, logoutTokenField, settings.get(AuthFormSize))
    return token !== undefined && session?.id !== undefined && this.#signer.believes(session.id, token)
  }

  #question(visit: Visit): Answer {
    const token = this.token(visit) ?? ''
    const field = `<input type="hidden" name="${logoutTokenField}" value="${token}">`
    return pageAnswer(200, 'Log out?', `<form method="post">${field}<button autofocus>Log out</button></form>`)
  }
}

function isLinkEnough(settings: SettingsView): boolean {
  return settings.get(AuthFormLogoutByLink) ?? settings.get(SessionCompat) === 'apache'
}

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
