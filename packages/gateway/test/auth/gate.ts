import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { KeyRing } from 'sekisho'
import { Access, type AccessOptions } from '../../src/auth/access.ts'
import { AttemptLimiter, type AttemptLimits } from '../../src/auth/limit/attempt-limiter.ts'
import type { AuthNotice } from '../../src/auth/log.ts'
import type { Answer, Pass, Replay } from '../../src/auth/outcome.ts'
import { ThreadHasher } from '../../src/auth/password/thread-hasher-node.ts'
import { PasswordChecker } from '../../src/auth/password-checker.ts'
import { UserFiles } from '../../src/auth/user-files.ts'
import type { LoginSession, Visit } from '../../src/auth/visit.ts'
import { SiteMatcher } from '../../src/config/match.ts'
import { accepted, requestTo } from '../configs.ts'

/** uform and ubasic are those of Apache's own tests; the password of bob and ann is `pw`. */
export const sampleUsers: string = [
  'uform:$apr1$BzhDZ03D$U598kbSXGy/R7OhYXu.JJ0',
  'ubasic:$apr1$opONH1Fj$dX0sZdZ0rRWEk0Wj8y.Qv1',
  'bob:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=',
  'ann:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=',
  '山田:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=',
].join('\n')

/** A session in memory, which says what was done with it. */
export class TestSession implements LoginSession {
  id: string | undefined = randomUUID()
  user: string | undefined
  bound: string | undefined
  readonly done: string[] = []

  login(user: string, bound?: string): void {
    this.id = randomUUID()
    this.user = user
    this.bound = bound
    this.done.push(`login ${user}`)
  }

  async logout(): Promise<void> {
    this.id = randomUUID()
    this.user = undefined
    this.bound = undefined
    this.done.push('logout')
  }
}

/** A request to a gate. */
export interface TestRequest {
  readonly method?: string
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  readonly session?: LoginSession | undefined
  /** `user:password`, for Basic authentication. */
  readonly basic?: string
  /** Fields of a form, or a body as it is. */
  readonly form?: Readonly<Record<string, string>> | string
  readonly remoteAddress?: string
  readonly localAddress?: string
}

/** A configuration with its users and groups, that requests can come to. */
export interface Gate {
  readonly folder: string
  readonly users: string
  readonly notices: AuthNotice[]
  readonly access: Access
  readonly clock: { now: number }
  visit(path: string, request?: TestRequest): Visit
  admit(path: string, request?: TestRequest): Promise<Pass | Replay | Answer>
  login(path: string, request?: TestRequest): Promise<Answer>
  logout(path: string, request?: TestRequest): Promise<Answer>
  /** The same processes with another configuration. */
  reconfigured(config: string): Gate
}

/** What a gate is made of; all of it has a default. */
export interface GateOptions {
  readonly users?: string
  readonly groups?: string
  readonly access?: Partial<AccessOptions>
  readonly limits?: AttemptLimits
}

/** @param config Of `%USERS%` and `%GROUPS%` it gets the paths of these files. */
export function gate(
  t: TestContext,
  config: string,
  { users = sampleUsers, groups = '', access, limits }: GateOptions = {},
): Gate {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-gate-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const paths = { users: join(folder, 'users'), groups: join(folder, 'groups') }
  writeFileSync(paths.users, `${users}\n`)
  writeFileSync(paths.groups, `${groups}\n`)
  const clock = { now: 0 }
  const now = () => clock.now
  const hasher = new ThreadHasher()
  t.after(() => hasher.close())
  const notices: AuthNotice[] = []
  const opened = new Access({
    files: new UserFiles({ now }),
    checker: new PasswordChecker({ hasher, limiter: new AttemptLimiter({ ...limits, now }), recent: { now } }),
    keyRing: new KeyRing([randomBytes(32)]),
    ...access,
  })
  const withConfig = (text: string): Gate => {
    const matcher = new SiteMatcher(
      accepted(text.replaceAll('%USERS%', paths.users).replaceAll('%GROUPS%', paths.groups)).site,
    )
    const visit = (path: string, request: TestRequest = {}) => ({
      ...visitOf(matcher, path, request),
      log: (notice: AuthNotice) => void notices.push(notice),
    })
    return {
      folder,
      users: paths.users,
      notices,
      access: opened,
      clock,
      visit,
      admit: (path, request) => opened.admit(visit(path, request)),
      login: (path, request) => opened.login(visit(path, request)),
      logout: (path, request) => opened.logout(visit(path, request)),
      reconfigured: withConfig,
    }
  }
  return withConfig(config)
}

function visitOf(matcher: SiteMatcher, path: string, request: TestRequest): Omit<Visit, 'log'> {
  const headers = headersOf(request)
  const asked = requestTo(path, {
    method: request.method ?? (request.form === undefined ? 'GET' : 'POST'),
    header: (name) => headers[name],
    environment: (name) => request.environment?.[name],
    remoteAddress: request.remoteAddress ?? '192.0.2.1',
    localAddress: request.localAddress ?? '198.51.100.1',
  })
  const body = typeof request.form === 'string' ? request.form : new URLSearchParams(request.form).toString()
  return {
    request: {
      ...asked,
      readBody: async (most) => (Buffer.byteLength(body) > most ? undefined : Buffer.from(body)),
    },
    settings: matcher.match(asked).settings,
    session: request.session,
  }
}

function headersOf({ headers, basic, form }: TestRequest): Readonly<Record<string, string>> {
  return {
    host: 'shop.example',
    ...(basic !== undefined && { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
    ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...headers,
  }
}

/** An outcome in one line: `pass bob`, `302 /login`, `401 Basic realm="x"`. */
export function brief(outcome: Pass | Replay | Answer): string {
  if (outcome.kind !== 'answer') return [outcome.kind, outcome.user].filter((part) => part !== undefined).join(' ')
  const fields = new Map(outcome.headers)
  const told = fields.get('Location') ?? fields.get('WWW-Authenticate') ?? fields.get('Retry-After')
  return [outcome.status, told].filter((part) => part !== undefined).join(' ')
}
