import { DirectoryIndex, SetEnv, UnsetEnv } from '../config/directives/server.ts'
import { SetEnvIf, type VariableRule } from '../config/directives/setenvif.ts'
import { DocumentRoot, type ErrorAnswer, ErrorDocument, ServerName, SetHandler } from '../config/directives/core.ts'
import { Header, type HeaderRule, RequestHeader } from '../config/directives/headers.ts'
import {
  LimitRequestBody,
  LimitRequestFields,
  LimitRequestFieldSize,
  LimitRequestLine,
  Timeout,
} from '../config/directives/limits.ts'
import {
  ProxyPass,
  ProxyPassReverse,
  ProxyPreserveHost,
  type ProxyRule,
  ProxyTimeout,
} from '../config/directives/proxy.ts'
import { AuthBasicFake, AuthType } from '../config/directives/auth-basic.ts'
import { Require } from '../config/directives/authz.ts'
import {
  SessionCompat,
  SessionEnv,
  SessionEnvFormat,
  SessionExclude,
  SessionHeader,
  SessionInclude,
} from '../config/directives/session.ts'
import { SessionDBDPerUser } from '../config/directives/session-dbd.ts'
import { sessionPolicy, type SessionPolicy } from '../config/session-policy.ts'
import type { SettingsView } from '../config/directive.ts'
import type { Settings } from '../config/settings.ts'
import type { Reverse } from '../proxy/reverse.ts'
import type { Route } from '../proxy/routes.ts'
import { parseTarget } from '../proxy/target.ts'
import type { SessionKeeper, SessionKeepers } from '../session/contract.ts'
import type { WriteAccess } from '../server/log/access-log.ts'
import type { Log } from '../server/log/error-log.ts'
import { type TrustedProxies, trustedProxies } from './approach.ts'
import { type PreparedRule, prepareRules } from './header-rules.ts'
import { type FindRedirect, prepareRedirects } from './redirect-rules.ts'

/** What is decided about sessions for all requests with the same settings. */
export interface SessionPlan {
  readonly keeper: SessionKeeper
  readonly policy: SessionPolicy
  /** The header between gateway and app, as it is spelled in the configuration. */
  readonly header: string | undefined
  /** How SessionEnv hands on the contents; undefined: not at all. */
  readonly content: 'form' | 'json' | undefined
  /** Whether a session begins with a login. False with `SessionCompat apache`. */
  readonly startsWithLogin: boolean
  /** SessionInclude and SessionExclude. */
  covers(path: string): boolean
}

/** How large a request may be; 0 for any size, except of `line` and `fieldSize`. */
export interface RequestLimits {
  readonly line: number
  readonly fields: number
  readonly fieldSize: number
  readonly body: number
}

/** What a configuration decides about all requests with the same settings, worked out once. */
export interface Plan {
  readonly settings: Settings
  readonly serverName: string | undefined
  readonly limits: RequestLimits
  readonly session: SessionPlan | undefined
  /** Whether anybody has to log in, or to be let in. */
  readonly isGuarded: boolean
  /** Whether sessions are those of users, whom the dialog of the browser has to find before. */
  readonly isPerUser: boolean
  readonly handler: 'form-login-handler' | 'form-logout-handler' | undefined
  readonly routes: readonly Route[]
  readonly reverses: readonly Reverse[]
  readonly preserveHost: boolean
  readonly documentRoot: string | undefined
  readonly directoryIndex: readonly string[]
  readonly redirectOfServer: FindRedirect | undefined
  readonly redirectOfSections: FindRedirect | undefined
  readonly earlyRequestRules: readonly PreparedRule[]
  readonly requestRules: readonly PreparedRule[]
  /** `Header always`. */
  readonly alwaysRules: readonly PreparedRule[]
  /** `Header` without it: not for errors of the gateway's own. */
  readonly answerRules: readonly PreparedRule[]
  readonly environment: ReadonlyMap<string, string>
  /** RemoteIPHeader; undefined where nobody is trusted. */
  readonly proxies: TrustedProxies | undefined
  /** SetEnvIf outside of sections, which conditions of sections may ask about. */
  readonly serverVariableRules: readonly VariableRule[]
  /** SetEnvIf of sections. */
  readonly variableRules: readonly VariableRule[]
  readonly errorDocuments: ReadonlyMap<string, ErrorAnswer>
  readonly log: Log
  /** Undefined where nothing is logged. */
  readonly writeAccess: WriteAccess | undefined
}

/** What plans are made with. */
export interface PlanSources {
  readonly keepers: Pick<SessionKeepers, 'keeper'>
  log(settings: Settings): Log
  accessLog(settings: Settings): WriteAccess | undefined
}

/** Makes the plan of each combination of settings, once. */
export class Plans {
  readonly #sources: PlanSources
  readonly #made = new WeakMap<Settings, Plan>()

  constructor(sources: PlanSources) {
    this.#sources = sources
  }

  /** @param server The settings of the server that answers, without any section. */
  of(settings: Settings, server: Settings): Plan {
    const known = this.#made.get(settings)
    if (known !== undefined) return known
    const plan = makePlan(settings, server, this.#sources)
    this.#made.set(settings, plan)
    return plan
  }
}

function makePlan(settings: Settings, server: Settings, sources: PlanSources): Plan {
  const redirects = prepareRedirects(settings, server)
  return {
    settings,
    serverName: settings.get(ServerName)?.host,
    limits: limitsOf(settings),
    session: sessionPlan(settings, sources),
    isGuarded: isGuarded(settings),
    isPerUser: settings.get(SessionDBDPerUser) && settings.get(AuthType) === 'Basic',
    handler: handlerOf(settings),
    routes: routesOf(settings),
    reverses: settings.get(ProxyPassReverse),
    preserveHost: settings.get(ProxyPreserveHost),
    documentRoot: settings.get(DocumentRoot),
    directoryIndex: settings.get(DirectoryIndex),
    redirectOfServer: redirects.ofServer,
    redirectOfSections: redirects.ofSections,
    ...rulesOf(settings),
    environment: environmentOf(settings),
    ...variableRulesOf(settings, server),
    proxies: trustedProxies(settings),
    errorDocuments: settings.get(ErrorDocument),
    log: sources.log(settings),
    writeAccess: sources.accessLog(settings),
  }
}

/** The replay of a form, `form-redirect-handler`, is done by whoever answers the path. */
function handlerOf(settings: SettingsView): Plan['handler'] {
  const handler = settings.get(SetHandler)
  return handler === 'form-login-handler' || handler === 'form-logout-handler' ? handler : undefined
}

/** Where all are let in and nothing is said about logins, nothing has to be asked. */
function isGuarded(settings: SettingsView): boolean {
  const rules = settings.get(Require)
  const open = rules.some(
    (rule) => rule.kind === 'require' && !rule.not && rule.requirement.provider === 'all' && rule.requirement.granted,
  )
  const login = settings.get(AuthType) ?? 'None'
  return (rules.length > 0 && !open) || login !== 'None' || settings.get(AuthBasicFake) !== undefined
}

function limitsOf(settings: SettingsView): RequestLimits {
  return {
    line: settings.get(LimitRequestLine),
    fields: settings.get(LimitRequestFields),
    fieldSize: settings.get(LimitRequestFieldSize),
    body: settings.get(LimitRequestBody),
  }
}

function sessionPlan(settings: Settings, { keepers }: PlanSources): SessionPlan | undefined {
  const keeper = keepers.keeper(settings)
  const policy = sessionPolicy(settings)
  if (keeper === undefined || policy === undefined) return undefined
  const included = settings.get(SessionInclude)
  const excluded = settings.get(SessionExclude)
  const everywhere = included.length === 0 && excluded.length === 0
  const starts = (path: string) => (prefix: string) => path.startsWith(prefix)
  return {
    keeper,
    policy,
    header: settings.get(SessionHeader),
    content: settings.get(SessionEnv) ? settings.get(SessionEnvFormat) : undefined,
    startsWithLogin: settings.get(SessionCompat) !== 'apache',
    covers: (path) =>
      everywhere || ((included.length === 0 || included.some(starts(path))) && !excluded.some(starts(path))),
  }
}

/** The lines of sections come before those of the server already. */
function routesOf(settings: SettingsView): Route[] {
  const timeout = settings.own(ProxyTimeout) ?? settings.get(Timeout)
  return settings.get(ProxyPass).map((rule) => routeOf(rule, timeout))
}

/** @throws SekishoUsageError for a target that cannot be one. @param timeout In seconds. */
export function routeOf({ path, regex, target, parameters }: ProxyRule, timeout: number): Route {
  return {
    ...(path !== undefined && { path }),
    ...(regex !== undefined && { regex }),
    target: target === undefined ? undefined : parseTarget(target, parameters, { timeout }),
  }
}

function rulesOf(settings: SettingsView) {
  const request = settings.get(RequestHeader)
  const answer = settings.get(Header)
  const prepared = (rules: readonly HeaderRule[], chosen: (rule: HeaderRule) => boolean) =>
    prepareRules(rules.filter(chosen))
  return {
    earlyRequestRules: prepared(request, ({ early }) => early),
    requestRules: prepared(request, ({ early }) => !early),
    alwaysRules: prepared(answer, ({ always }) => always),
    answerRules: prepared(answer, ({ always }) => !always),
  }
}

/** Those of sections stand behind those of their server. */
function variableRulesOf(settings: SettingsView, server: SettingsView) {
  const serverVariableRules = server.get(SetEnvIf)
  return { serverVariableRules, variableRules: settings.get(SetEnvIf).slice(serverVariableRules.length) }
}

function environmentOf(settings: SettingsView): ReadonlyMap<string, string> {
  const environment = new Map(settings.get(SetEnv))
  for (const name of settings.get(UnsetEnv)) environment.delete(name)
  return environment
}
