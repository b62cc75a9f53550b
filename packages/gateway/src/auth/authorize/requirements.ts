import type { Requirement } from '../../config/authorization.ts'
import { AuthGroupFile } from '../../config/directives/authz.ts'
import type { SettingsView } from '../../config/directive.ts'
import { holds } from '../../config/expression/evaluate.ts'
import { plainAddress } from '../address.ts'
import { AuthFault } from '../fault.ts'
import { shown } from '../log.ts'
import type { UserFiles } from '../user-files.ts'
import { asUser, type Authenticated, type AuthRequest } from '../visit.ts'
import { asksForUser } from './asks-for-user.ts'
import { type HostNames, isInDomain } from './host-names-node.ts'
import type { Verdict } from './verdict.ts'

/** What requirements look things up in. */
export interface RequirementTools {
  readonly files: UserFiles
  readonly hosts: HostNames
}

/** A request, and who makes it where that is known. */
export interface Candidate {
  readonly request: AuthRequest
  readonly settings: SettingsView
  readonly who: Authenticated | undefined
}

/** What single requirements make of one request, and why they refused it. */
export class Requirements {
  /** Reasons for refusals, in the words of the real server. They matter when the whole refuses. */
  readonly reasons: string[] = []
  readonly #tools: RequirementTools
  readonly #candidate: Candidate

  constructor(tools: RequirementTools, candidate: Candidate) {
    this.#tools = tools
    this.#candidate = candidate
  }

  judge(requirement: Requirement): Promise<Verdict> | Verdict {
    const { request, who } = this.#candidate
    switch (requirement.provider) {
      case 'all':
        return granted(requirement.granted)
      case 'valid-user':
        return who === undefined ? 'needs-user' : 'granted'
      case 'user':
        return this.#user(requirement.names)
      case 'group':
        return this.#group(requirement.names)
      case 'env':
        return granted(requirement.names.some((name) => request.environment?.(name) !== undefined))
      case 'method':
        return granted(requirement.names.some((name) => readingAlike(name) === readingAlike(request.method)))
      case 'ip':
        return granted(requirement.ranges.some((isIn) => isIn(request.remoteAddress ?? '')))
      case 'local':
        return granted(this.#isLocal())
      case 'host':
        return this.#host(requirement.names)
      case 'forward-dns':
        return this.#forwardDns(requirement.names)
      case 'expr':
        return this.#expression(requirement)
      default:
        return requirement satisfies never
    }
  }

  #user(names: readonly string[]): Verdict {
    const { request, who } = this.#candidate
    if (who === undefined) return 'needs-user'
    if (names.includes(who.user)) return 'granted'
    const whom = `user '${shown(who.user)}' does not meet 'require'ments for user to be allowed access`
    return this.#deny(`AH01663: access to ${shown(request.path)} failed, reason: ${whom}`)
  }

  async #group(names: readonly string[]): Promise<Verdict> {
    const { request, settings, who } = this.#candidate
    if (who === undefined) return 'needs-user'
    const path = settings.get(AuthGroupFile)
    if (path === undefined) return this.#deny('AH01664: No group file was specified in the configuration')
    const groups = await this.#groups(path)
    if (typeof groups === 'string') return this.#deny(groups)
    const own = groups.get(who.user)
    const failed = `Authorization of user ${shown(who.user)} to access ${shown(request.path)} failed, reason`
    if (own === undefined) return this.#deny(`AH01666: ${failed}: user doesn't appear in group file (${path}).`)
    if (names.some((name) => own.has(name.toLowerCase()))) return 'granted'
    return this.#deny(`AH01667: ${failed}: user is not part of the 'require'ed group(s).`)
  }

  async #groups(path: string) {
    try {
      return await this.#tools.files.groupFile(path).groups()
    } catch (error) {
      if (error instanceof AuthFault) return error.message
      throw error
    }
  }

  async #host(domains: readonly string[]): Promise<Verdict> {
    const { request } = this.#candidate
    const name = await this.#tools.hosts.nameOf(request.remoteAddress ?? '')
    if (name !== undefined) return granted(domains.some((domain) => isInDomain(domain, name)))
    const require = `Require host ${domains.join(' ')}`
    return this.#deny(
      `AH01753: access check of '${require}' to ${shown(request.path)} failed, reason: unable to get the remote host name`,
    )
  }

  async #forwardDns(names: readonly string[]): Promise<Verdict> {
    const address = this.#candidate.request.remoteAddress ?? ''
    for (const name of names) if (await this.#tools.hosts.hasAddress(name, address)) return 'granted'
    return 'denied'
  }

  #isLocal(): boolean {
    const { remoteAddress, localAddress } = this.#candidate.request
    const address = plainAddress(remoteAddress ?? '')
    return address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address) || address === plainAddress(localAddress ?? 'none')
  }

  /** One that asks for the user is asked again after a login, and a refusal then is the refusal of somebody unknown, as in Apache. */
  #expression({ condition }: Extract<Requirement, { provider: 'expr' }>): Verdict {
    const { request, who } = this.#candidate
    if (holds(condition, who === undefined ? request : asUser(request, who))) return 'granted'
    return asksForUser(condition) ? 'needs-user' : 'denied'
  }

  #deny(reason: string): Verdict {
    this.reasons.push(reason)
    return 'denied'
  }
}

function granted(isGranted: boolean): Verdict {
  return isGranted ? 'granted' : 'denied'
}

/** Whoever may GET may HEAD. */
function readingAlike(method: string): string {
  return method === 'HEAD' ? 'GET' : method
}
