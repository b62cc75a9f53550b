import { AuthName, AuthUserFile } from '../../config/directives/auth-basic.ts'
import {
  AuthFormDisableNoStore,
  AuthFormFakeBasicAuth,
  AuthFormLoginRequiredLocation,
  AuthFormLoginSuccessLocation,
  AuthFormSitePassphrase,
} from '../../config/directives/auth-form.ts'
import type { SettingsView } from '../../config/directive.ts'
import { basicHeader } from '../basic.ts'
import { AuthFault } from '../fault.ts'
import { type AuthLog, shown } from '../log.ts'
import type { LoginBinding, LoginScope } from '../login-binding.ts'
import { type Answer, answer, type Pass, redirect, type Replay } from '../outcome.ts'
import { asUser, type Visit } from '../visit.ts'
import { configuredLocation } from './header-location.ts'
import { attemptLogin, type AttemptResult, type FormTools } from './login-attempt.ts'
import type { LoginForm } from './login-form.ts'
import { pageAnswer } from './page.ts'
import { siteLocation } from './site-location.ts'

/** A visit to a realm. */
interface RealmVisit extends Visit {
  readonly realm: Omit<LoginScope, 'user'>
}

type RightAttempt = Extract<AttemptResult, { kind: 'right' }>

/**
 * Login by a form, as in mod_auth_form, but for one thing: the session knows who logged in, and never the password. A user who is
 * not found is refused whatever AuthFormAuthoritative says: there is nobody else to ask.
 */
export class FormLogin {
  readonly #tools: FormTools
  readonly #binding: LoginBinding

  constructor(tools: FormTools, binding: LoginBinding) {
    this.#tools = tools
    this.#binding = binding
  }

  /** Whoever is logged in passes; a posted login form is taken at any protected address; everybody else is to log in. */
  async authenticate(visit: Visit): Promise<Pass | Replay | Answer> {
    const there = this.#toRealm(visit)
    if ('kind' in there) return there
    const user = await this.#userOf(there)
    if (user !== undefined) return passAs(user, visit)
    if (visit.request.method !== 'POST') return toLogin(visit)
    const attempt = await attemptLogin(visit, this.#tools)
    if (attempt.kind !== 'right') return attempt.kind === 'refused' ? toLogin(visit) : attempt
    this.#remember(there, attempt)
    return this.#onward(visit, attempt) ?? replay(visit, attempt)
  }

  /** Who is logged in, at an address that asks nobody to. */
  async recognize(visit: Visit): Promise<Pass | undefined> {
    const realm = visit.settings.get(AuthName)
    const user = realm === undefined ? undefined : await this.#userOf(inRealm(visit, realm))
    return user === undefined ? undefined : passAs(user, visit)
  }

  /** `SetHandler form-login-handler`: an address for login forms alone. */
  async handle(visit: Visit): Promise<Answer> {
    const { request } = visit
    if (request.method !== 'POST') {
      const message = `AH01811: the form-login-handler only supports the POST method for ${shown(request.path)}`
      visit.log({ level: 'error', module: 'auth_form', message })
      return answer(405, [['Allow', 'POST']])
    }
    const there = this.#toRealm(visit)
    if ('kind' in there) return there
    const attempt = await attemptLogin(visit, this.#tools)
    if (attempt.kind !== 'right') return attempt.kind === 'refused' ? toLogin(visit) : attempt
    this.#remember(there, attempt)
    return this.#onward(visit, attempt) ?? pageAnswer(200, 'Logged in', '<p>You are logged in.</p>')
  }

  #toRealm(visit: Visit): RealmVisit | Answer {
    const realm = visit.settings.get(AuthName)
    if (realm !== undefined) return inRealm(visit, realm)
    visit.log({ level: 'error', module: 'auth_form', message: `AH01810: need AuthName: ${shown(visit.request.path)}` })
    return answer(500)
  }

  /** Who is logged in here. A user who is gone from the file, or has a new password, is not. */
  async #userOf({ session, settings, realm, log }: RealmVisit): Promise<string | undefined> {
    const { user, bound } = session ?? {}
    if (user === undefined || bound === undefined) return undefined
    const users = await this.#usersOf(settings, log)
    const stored = users?.get(user)
    if (users !== undefined && stored === undefined) return undefined
    return this.#binding.holds(bound, { user, ...realm }, stored) ? user : undefined
  }

  /** Undefined when there is no file to ask, or it cannot be read: that is no reason to log anybody out. */
  async #usersOf(settings: SettingsView, log: AuthLog): Promise<ReadonlyMap<string, string> | undefined> {
    if (settings.get(AuthUserFile) === undefined) return undefined
    try {
      return (await this.#tools.files.passwordFile(settings).users()).stored
    } catch (error) {
      if (!(error instanceof AuthFault)) throw error
      log({ level: 'error', module: 'authn_file', message: error.message })
      return undefined
    }
  }

  #remember({ session, realm }: RealmVisit, { user, stored }: RightAttempt): void {
    session?.login(user, this.#binding.bind({ user, ...realm }, stored))
  }

  /** Where to go after a login; undefined: nowhere else. */
  #onward(visit: Visit, { user, form }: RightAttempt): Answer | undefined {
    const { request, settings } = visit
    const wanted = wantedLocation(form, visit)
    if (wanted !== undefined) return redirect(302, wanted)
    const own = configuredLocation(
      settings.get(AuthFormLoginSuccessLocation),
      asUser(request, { user, authType: 'Form' }),
    )
    return own === undefined ? undefined : redirect(302, own)
  }
}

/** Where the form asks to go; what is of no place here counts for nothing. */
function wantedLocation({ location }: LoginForm, { request, log }: Visit): string | undefined {
  if (location === undefined || location.length === 0) return undefined
  const text = location.toString()
  const place = siteLocation(text, request.header('host'))
  const message = `location of a login form ignored, it is not of this site: ${shown(text)}`
  if (place === undefined) log({ level: 'warn', module: 'auth_form', message })
  return place
}

function inRealm(visit: Visit, realm: string): RealmVisit {
  return { ...visit, realm: { realm, passphrase: visit.settings.get(AuthFormSitePassphrase) } }
}

function passAs(user: string, visit: Visit): Pass {
  return { kind: 'pass', user, authType: 'Form', authorization: authorizationFor(user, visit) }
}

/** The app learns who it is; the password is not known any more, and would be none of its business. */
function authorizationFor(user: string, { settings }: Visit): string | undefined {
  return settings.get(AuthFormFakeBasicAuth) ? basicHeader(user, '') : undefined
}

function toLogin({ request, settings }: Visit): Answer {
  const page = configuredLocation(settings.get(AuthFormLoginRequiredLocation), request)
  if (page !== undefined) return redirect(302, page)
  // A browser that keeps the page would post the password again when somebody goes back to it.
  return answer(401, settings.get(AuthFormDisableNoStore) ? [] : [['Cache-Control', 'no-store']])
}

/** The method stays that of the login, as in Apache; rules for methods were judged by it. */
function replay(visit: Visit, { user, form }: RightAttempt): Replay {
  const contentType = form.mimetype?.toString()
  const isWhole = contentType !== undefined && form.body !== undefined && isMediaType(contentType)
  return {
    kind: 'replay',
    user,
    authType: 'Form',
    authorization: authorizationFor(user, visit),
    contentType: isWhole ? contentType : undefined,
    body: isWhole && form.body !== undefined ? form.body : Buffer.alloc(0),
  }
}

function isMediaType(text: string): boolean {
  const token = '[\\w!#$&^.+-]+'
  const parameter = `[ \\t]*;[ \\t]*${token}=(?:${token}|"[^"\\\\\\p{C}]*")`
  return text.length <= 256 && new RegExp(`^${token}/${token}(?:${parameter})*$`, 'u').test(text)
}
