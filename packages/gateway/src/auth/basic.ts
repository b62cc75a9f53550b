import { AuthBasicFake, AuthName, type FakedBasic } from '../config/directives/auth-basic.ts'
import { textValue } from '../config/expression/evaluate.ts'
import { parseText } from '../config/expression/parser.ts'
import { shown } from './log.ts'
import { type Answer, answer, type Pass } from './outcome.ts'
import type { PasswordChecker } from './password-checker.ts'
import type { UserFiles } from './user-files.ts'
import { userName } from './user-name.ts'
import { asUser, type Authenticated, type Visit } from './visit.ts'
import { octets } from '../lib/octets.ts'

/** What Basic authentication works with. */
export interface BasicTools {
  readonly files: UserFiles
  readonly checker: PasswordChecker
}

/**
 * Authenticates by the dialog of the browser (RFC 7617). A user who is not found is refused whatever AuthBasicAuthoritative
 * says: there is nobody else to ask.
 *
 * @throws AuthFault when the password file cannot be read, or too many logins wait.
 */
export async function authenticateBasic(
  { request, settings, log }: Visit,
  { files, checker }: BasicTools,
): Promise<Pass | Answer> {
  const realm = settings.get(AuthName)
  const where = shown(request.path)
  if (realm === undefined) {
    log({ level: 'error', module: 'auth_basic', message: `AH01615: need AuthName: ${where}` })
    return answer(500)
  }
  const sent = request.header('authorization')
  if (sent === undefined) return challenge(realm)
  const [scheme = '', credentials = ''] = split(sent, ' ')
  if (scheme.toLowerCase() !== 'basic') {
    log({ level: 'error', module: 'auth_basic', message: `AH01614: client used wrong authentication scheme: ${where}` })
    return challenge(realm)
  }
  const claimed = readCredentials(credentials.trim())
  if (claimed === undefined) return challenge(realm)
  try {
    const verdict = await checker.check(files.passwordFile(settings), { ...claimed, address: request.remoteAddress })
    if (verdict.kind === 'right')
      return { kind: 'pass', user: claimed.user, authType: 'Basic', authorization: undefined }
    if (verdict.kind === 'limited') return answer(429, [['Retry-After', String(verdict.retryAfter)]])
    const user = shown(claimed.user)
    const message =
      verdict.kind === 'wrong'
        ? `AH01617: user ${user}: authentication failure for "${where}": Password Mismatch`
        : `AH01618: user ${user} not found: ${where}`
    log({ level: 'error', module: 'auth_basic', message })
    return challenge(realm)
  } finally {
    claimed.password.fill(0)
  }
}

/** 401 with what a browser needs to open its dialog. Octets beyond ASCII go out as UTF-8, as in Apache. */
export function challenge(realm: string): Answer {
  const quoted = realm.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/["\\]/g, '\\$&')
  return answer(401, [['WWW-Authenticate', `Basic realm="${octets(quoted)}"`]])
}

/**
 * What AuthBasicFake tells the app.
 *
 * @param who Who makes the request, where that is known.
 * @returns The value of `Authorization`; undefined when nothing is faked.
 */
export function fakedBasic({ request, settings }: Visit, who: Authenticated | undefined): string | undefined {
  const fake = settings.get(AuthBasicFake)
  if (fake === undefined || fake.user.toLowerCase() === 'off') return undefined
  const { user, password } = textsOf(fake)
  const seen = who === undefined ? request : asUser(request, who)
  const [name, secret] = [textValue(user, seen), textValue(password, seen)]
  return name === '' || secret === '' ? undefined : basicHeader(name, secret)
}

/** `Basic dXNlcjpwYXNzd29yZA==`. */
export function basicHeader(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** @returns Undefined when they are not of the form of credentials: no base64, no colon, no name that anybody could have. */
function readCredentials(base64: string): { user: string; password: Buffer } | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const decoded = Buffer.from(base64, 'base64')
  const colon = decoded.indexOf(0x3a)
  const user = colon === -1 ? undefined : userName(decoded.subarray(0, colon))
  return user === undefined || user === '' ? undefined : { user, password: decoded.subarray(colon + 1) }
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

const parsed = new WeakMap<FakedBasic, ReturnType<typeof parseFake>>()

function textsOf(fake: FakedBasic): ReturnType<typeof parseFake> {
  const texts = parsed.get(fake) ?? parseFake(fake)
  parsed.set(fake, texts)
  return texts
}

function parseFake({ user, password }: FakedBasic) {
  return { user: textOf(user), password: textOf(password) }
}

/** A text that is no expression is taken as it stands. */
function textOf(text: string) {
  const result = parseText(text)
  return 'node' in result ? result.node : ({ kind: 'literal', text } as const)
}
