import type { SettingsView } from '../config/directive.ts'
import type { ExpressionRequest } from '../config/expression/vocabulary.ts'
import type { VisitorSession } from '../session/contract.ts'
import type { AuthLog } from './log.ts'

/** A request, as far as logging in and letting in ask about it. */
export interface AuthRequest extends ExpressionRequest {
  /** The address of this machine that the request came to. */
  readonly localAddress?: string | undefined
  /**
   * Reads the body. Called at most once, and only for forms; the octets are wiped afterwards.
   *
   * @param most So many octets.
   * @returns Undefined when there are more.
   */
  readBody(most: number): Promise<Buffer | undefined>
}

/** The part of a session that a login is about. */
export type LoginSession = Pick<VisitorSession, 'id' | 'user' | 'bound' | 'login' | 'logout'>

/** A request beside what the configuration says about it and the session it came with. */
export interface Visit {
  readonly request: AuthRequest
  readonly settings: SettingsView
  /** Undefined where sessions are off. */
  readonly session: LoginSession | undefined
  /** Where notices about it go. */
  readonly log: AuthLog
}

/** How somebody logged in. */
export type LoginType = 'Basic' | 'Form'

/** Who makes a request. */
export interface Authenticated {
  readonly user: string
  readonly authType: LoginType
}

/** The request as expressions see it once it is known who makes it. */
export function asUser(request: ExpressionRequest, { user, authType }: Authenticated): ExpressionRequest {
  return {
    method: request.method,
    path: request.path,
    target: request.target,
    query: request.query,
    scheme: request.scheme,
    protocol: request.protocol,
    host: request.host,
    port: request.port,
    file: request.file,
    documentRoot: request.documentRoot,
    remoteAddress: request.remoteAddress,
    peerAddress: request.peerAddress,
    status: request.status,
    user,
    authType,
    header: (name) => request.header(name),
    variesWith: (name) => request.variesWith?.(name),
    environment: (name) => request.environment?.(name),
  }
}
