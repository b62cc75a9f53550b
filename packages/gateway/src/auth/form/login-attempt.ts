import {
  AuthFormLoginRequiredLocation,
  AuthFormPassword,
  AuthFormSize,
  AuthFormUsername,
} from '../../config/directives/auth-form.ts'
import { shown } from '../log.ts'
import { type Answer, answer } from '../outcome.ts'
import type { PasswordChecker } from '../password-checker.ts'
import type { UserFiles } from '../user-files.ts'
import { userName } from '../user-name.ts'
import type { Visit } from '../visit.ts'
import { configuredLocation } from './header-location.ts'
import { isForm, type LoginForm, readLoginForm } from './login-form.ts'
import { crossSiteRefusal } from './same-site.ts'

/** What attempts to log in by a form work with. */
export interface FormTools {
  readonly files: UserFiles
  readonly checker: PasswordChecker
}

/** What came of a posted form. */
export type AttemptResult =
  | { readonly kind: 'right'; readonly user: string; readonly stored: string; readonly form: LoginForm }
  /** No login form, or a wrong one: the visitor is to log in. */
  | { readonly kind: 'refused' }
  | Answer

/**
 * Reads a login form out of the body of a request and checks it. The password is wiped afterwards.
 *
 * @throws AuthFault when the password file cannot be read, or too many logins wait.
 */
export async function attemptLogin(visit: Visit, tools: FormTools): Promise<AttemptResult> {
  const { request, settings } = visit
  const body = isForm(request.header('content-type'))
    ? await request.readBody(settings.get(AuthFormSize))
    : Buffer.alloc(0)
  if (body === undefined) return answer(413)
  const form = readLoginForm(body, settings)
  body.fill(0)
  try {
    return await attemptWith(form, visit, tools)
  } finally {
    form.password?.fill(0)
  }
}

async function attemptWith(form: LoginForm, visit: Visit, { files, checker }: FormTools): Promise<AttemptResult> {
  const { request, settings, log } = visit
  const missing = missingField(form, visit)
  if (missing !== undefined) log({ level: 'info', module: 'auth_form', message: missing })
  const user = userName(form.username ?? Buffer.alloc(0))
  if (missing !== undefined || user === undefined || form.password === undefined) return { kind: 'refused' }
  const foreign = crossSiteRefusal(request, configuredLocation(settings.get(AuthFormLoginRequiredLocation), request))
  if (foreign !== undefined) {
    const message = `login refused: another site sent the form (${foreign}): ${shown(request.path)}`
    log({ level: 'warn', module: 'auth_form', message })
    return answer(403)
  }
  const attempt = { user, password: form.password, address: request.remoteAddress }
  const verdict = await checker.check(files.passwordFile(settings), attempt)
  if (verdict.kind === 'right') return { kind: 'right', user, stored: verdict.stored, form }
  if (verdict.kind === 'limited') return answer(429, [['Retry-After', String(verdict.retryAfter)]])
  const [name, where] = [shown(user), shown(request.path)]
  const message =
    verdict.kind === 'wrong'
      ? `AH01807: user '${name}': authentication failure for "${where}": password Mismatch`
      : `AH01808: user '${name}' not found: ${where}`
  log({ level: 'error', module: 'auth_form', message })
  return { kind: 'refused' }
}

function missingField({ username, password }: LoginForm, { settings }: Visit): string | undefined {
  const isThere = (octets: Buffer | undefined) => octets !== undefined && octets.length > 0
  const text = (number: string, what: string, field: string) =>
    `${number}: form parsed, but ${what} field '${field}' was missing or empty, unauthorized`
  if (!isThere(username)) return text('AH02982', 'username', settings.get(AuthFormUsername))
  return isThere(password) ? undefined : text('AH02983', 'password', settings.get(AuthFormPassword))
}
