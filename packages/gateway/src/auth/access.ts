import type { KeyRing } from 'sekisho'
import { AuthName, AuthType } from '../config/directives/auth-basic.ts'
import { AuthzSendForbiddenOnFailure, Require } from '../config/directives/authz.ts'
import { SetHandler } from '../config/directives/core.ts'
import { SessionCompat } from '../config/directives/session.ts'
import { HostNames } from './authorize/host-names-node.ts'
import { Requirements } from './authorize/requirements.ts'
import { judgeAny, type Verdict } from './authorize/verdict.ts'
import { authenticateBasic, challenge, fakedBasic } from './basic.ts'
import { beginBasicSession } from './basic-session.ts'
import { AuthFault } from './fault.ts'
import { FormLogin } from './form/form-login.ts'
import { FormLogout } from './form/form-logout.ts'
import { LoginBinding } from './login-binding.ts'
import { shown } from './log.ts'
import { type Answer, answer, type Pass, type Replay } from './outcome.ts'
import type { PasswordChecker } from './password-checker.ts'
import type { UserFiles } from './user-files.ts'
import type { Authenticated, LoginType, Visit } from './visit.ts'

/** What letting in works with. */
export interface AccessOptions {
  readonly files: UserFiles
  readonly checker: PasswordChecker
  /** Keys that bind logins and sign logout tokens. */
  readonly keyRing: KeyRing
  /** Names of visitors, for `Require host` (default: by the resolver of the machine). */
  readonly hosts?: HostNames
}

/**
 * Decides who comes in: what Require asks for, and how AuthType finds out who it is.
 *
 * @example
 * ```ts
 * const checker = new PasswordChecker({ hasher: new ThreadHasher(), limiter: new AttemptLimiter() })
 * const access = new Access({ files: new UserFiles(), checker, keyRing })
 * const outcome = await access.admit({ request, settings, session, log })
 * if (outcome.kind === 'answer') return outcome
 * ```
 */
export class Access {
  readonly #logout: FormLogout
  readonly #login: FormLogin
  readonly #options: AccessOptions
  readonly #hosts: HostNames

  constructor(options: AccessOptions) {
    const { keyRing, hosts = new HostNames() } = options
    this.#options = options
    this.#hosts = hosts
    this.#login = new FormLogin(options, new LoginBinding(keyRing))
    this.#logout = new FormLogout(keyRing)
  }

  /** Whether a request may go on, and as whom. */
  admit(visit: Visit): Promise<Pass | Replay | Answer> {
    return this.#judged(visit, () => this.#admit(visit))
  }

  /** Carries out `SetHandler form-login-handler`, for a request that may go on. */
  login(visit: Visit): Promise<Answer> {
    return this.#judged(visit, () => this.#login.handle(visit))
  }

  /** Carries out `SetHandler form-logout-handler`, for a request that may go on. */
  logout(visit: Visit): Promise<Answer> {
    return this.#judged(visit, () => this.#logout.handle(visit))
  }

  /** The token that a logout of this session may bring in the field `sekisho_token`; undefined while there is no session. */
  logoutToken(visit: Pick<Visit, 'session'>): string | undefined {
    return this.#logout.token(visit)
  }

  /** Requirements are asked twice: whoever comes in without a login is not asked for one. */
  async #admit(visit: Visit): Promise<Pass | Replay | Answer> {
    const { settings, request } = visit
    const type = loginType(visit)
    if (settings.get(Require).length === 0) return this.#withoutRules(visit, type)
    const before = await this.#judge(visit, undefined)
    if (before === 'granted') return (await this.#known(visit, type)) ?? passAsNobody(visit)
    if (before !== 'needs-user') return this.#forbidden(visit)
    if (type === undefined) {
      const message = `AH00027: No authentication done but request not allowed without authentication for ${shown(request.path)}. Authentication not configured?`
      visit.log({ level: 'error', module: 'authz_core', message })
      return answer(500)
    }
    const found = await (type === 'Basic' ? authenticateBasic(visit, this.#options) : this.#login.authenticate(visit))
    if (found.kind === 'answer' || found.user === undefined) return found
    const who: Authenticated = { user: found.user, authType: type }
    const refusal = await this.#refusal(visit, who)
    if (refusal !== undefined) return refusal
    if (type === 'Basic') beginBasicSession(visit, who.user)
    return { ...found, authorization: fakedBasic(visit, who) ?? found.authorization }
  }

  /** What asks for a login and does not say whose is a mistake, and not to be taken for open. The form handlers judge for themselves. */
  #withoutRules(visit: Visit, type: LoginType | undefined): Pass | Answer {
    if (type === undefined || isFormHandler(visit)) return passAsNobody(visit)
    const message = `AH01627: AuthType configured with no corresponding authorization directives: ${shown(visit.request.path)}`
    visit.log({ level: 'error', module: 'authz_core', message })
    return answer(500)
  }

  /** Where everybody is let in, an app is still told who is logged in by the form; in the real server it is not. */
  async #known(visit: Visit, type: LoginType | undefined): Promise<Pass | undefined> {
    if (type !== 'Form' || visit.settings.get(SessionCompat) === 'apache') return undefined
    const found = await this.#login.recognize(visit)
    if (found?.user === undefined) return undefined
    const who: Authenticated = { user: found.user, authType: type }
    return { ...found, authorization: fakedBasic(visit, who) ?? found.authorization }
  }

  async #refusal(visit: Visit, who: Authenticated): Promise<Answer | undefined> {
    const verdict = await this.#judge(visit, who)
    if (verdict === 'granted') return undefined
    const [user, path] = [shown(who.user), shown(visit.request.path)]
    const isUnknown = verdict === 'needs-user'
    const message = isUnknown
      ? `AH01629: authorization failure (no authenticated user): ${path}`
      : `AH01631: user ${user}: authorization failure for "${path}": `
    visit.log({ level: 'error', module: 'authz_core', message })
    if (!isUnknown && visit.settings.get(AuthzSendForbiddenOnFailure)) return answer(403)
    return who.authType === 'Basic' ? challenge(visit.settings.get(AuthName) ?? '') : answer(401)
  }

  async #judge({ request, settings, log }: Visit, who: Authenticated | undefined): Promise<Verdict> {
    const requirements = new Requirements(
      { files: this.#options.files, hosts: this.#hosts },
      { request, settings, who },
    )
    const verdict = await judgeAny(settings.get(Require), (requirement) => requirements.judge(requirement))
    if (verdict === 'denied')
      for (const message of requirements.reasons) log({ level: 'error', module: 'authz_core', message })
    return verdict
  }

  #forbidden({ request, log }: Visit): Answer {
    const message = `AH01630: client denied by server configuration: uri ${shown(request.path)}`
    log({ level: 'error', module: 'authz_core', message })
    return answer(403)
  }

  /** A login that cannot be judged is no wrong one. */
  async #judged<Outcome>({ log }: Visit, judge: () => Promise<Outcome>): Promise<Outcome | Answer> {
    try {
      return await judge()
    } catch (error) {
      if (!(error instanceof AuthFault)) throw error
      const { message, module, status, retryAfter } = error
      log({ level: 'error', module, message })
      return answer(status, retryAfter === undefined ? [] : [['Retry-After', String(retryAfter)]])
    }
  }
}

function loginType({ settings }: Visit): LoginType | undefined {
  const type = settings.get(AuthType)
  return type === 'None' ? undefined : type
}

function isFormHandler({ settings }: Visit): boolean {
  return ['form-login-handler', 'form-logout-handler'].includes(settings.get(SetHandler) ?? '')
}

function passAsNobody(visit: Visit): Pass {
  return { kind: 'pass', user: undefined, authType: undefined, authorization: fakedBasic(visit, undefined) }
}
