import type { ApacheCipher } from 'sekisho/apache'
import type { AppAnswer } from './app.ts'
import { directivesFor, merged, type Said, type SessionTerms, unsaid } from './terms.ts'

/** What can be asked about a visit before it is made. */
export interface Destination {
  readonly host: string
  readonly method: string
  /** As it is sent: path and query. */
  readonly target: string
  /** The path, decoded and normalized. */
  readonly path: string
  /** What it brings besides cookies. */
  readonly fields?: readonly (readonly [name: string, value: string])[]
}

/** Who has to log in at a place, and how. */
export interface Access {
  readonly type: 'basic' | 'form'
  readonly realm: string
  readonly handler?: 'login' | 'logout'
  /** Where whoever has to log in is sent: AuthFormLoginRequiredLocation. */
  readonly hasLoginPage?: boolean
  /** AuthFormFakeBasicAuth. */
  readonly fakesBasic?: boolean
}

/** A section of a virtual host, or what stands outside of all. */
export interface Section {
  /** `Location /shop`; undefined: outside of all sections. */
  readonly opening: string | undefined
  /** Later kinds are put on top of earlier ones, whatever their order in the text. */
  readonly kind: 'server' | 'files' | 'location' | 'condition'
  covers(destination: Destination): boolean
  readonly session?: Said
  /** The headers of requests that its conditions ask about. */
  readonly varies?: readonly string[]
  readonly access?: Access | 'none'
  readonly lines?: readonly string[]
}

/** What holds for a visit. */
export interface Terms {
  readonly session: SessionTerms
  readonly access: Access | undefined
  /** What its answers vary with, besides cookies. */
  readonly varies: readonly string[]
}

const kinds: readonly Section['kind'][] = ['server', 'files', 'location', 'condition']

/** One name on both servers. */
export class Host {
  readonly name: string
  readonly aliases: readonly string[]
  readonly sections: readonly Section[]

  constructor(name: string, sections: readonly Section[], aliases: readonly string[] = []) {
    this.name = name
    this.sections = sections
    this.aliases = aliases
  }

  /** As it stands in the configuration. */
  get text(): string {
    const lines = [`ServerName ${this.name}`, ...this.aliases.map((alias) => `ServerAlias ${alias}`)]
    for (const section of this.sections) lines.push(...linesOf(section))
    return `<VirtualHost *:*>\n${lines.join('\n')}\n</VirtualHost>`
  }

  /** The names of all cookies of sessions. */
  get cookieNames(): string[] {
    return this.sections.flatMap(({ session }) => session?.cookie?.name ?? [])
  }

  /** The names of all SessionHeaders. */
  get sessionHeaders(): string[] {
    return this.sections.flatMap(({ session }) => session?.header ?? [])
  }

  termsFor(destination: Destination): Terms {
    let session = unsaid
    let access: Access | undefined
    const varies: string[] = []
    for (const kind of kinds)
      for (const section of this.sections) {
        if (section.kind !== kind) continue
        const isCovering = section.covers(destination)
        // A condition is asked whatever comes of it.
        if (kind === 'condition' || isCovering) varies.push(...(section.varies ?? []))
        if (!isCovering) continue
        session = merged(session, section.session ?? {})
        if (section.access !== undefined) access = section.access === 'none' ? undefined : section.access
      }
    return { session, access, varies }
  }
}

function linesOf({ opening, session = {}, lines = [] }: Section): string[] {
  const inner = [...directivesFor(session), ...lines]
  return opening === undefined ? inner : [`<${opening}>`, ...inner, `</${opening.split(' ', 1)[0]}>`]
}

/** How the cookie of the session comes with a visit. */
export type Bringing =
  /** Each server gets what it has set. */
  | { readonly how: 'own' }
  /** Each server gets what the other one has set. */
  | { readonly how: 'crossed' }
  | { readonly how: 'none' }
  /** Own ones, with a change at a place from 0 (its beginning) to 1 (its end). */
  | { readonly how: 'tampered'; readonly at: number; readonly by: 'flip' | 'cut' | 'insert' }
  /** The same one twice, or beside another one. */
  | { readonly how: 'twice'; readonly other: string | undefined }
  /** A session that no server has written, `{NOW+100}` for a time; sealed with one of the passphrases of the place, or with another. */
  | { readonly how: 'forged'; readonly content: string; readonly passphrase: number }

/** How the Cookie header is spelled around the cookie. */
export interface CookieSpelling {
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly separator: string
}

/** One request of a visitor. */
export interface Visit extends Destination {
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string | undefined
  readonly bringing: Bringing
  readonly spelling: CookieSpelling
  readonly answer: AppAnswer
  /** What is posted to log in. */
  readonly login?: Login
}

export interface Login {
  readonly user: string
  readonly isRight: boolean
  /** `httpd_location`. */
  readonly location: string | undefined
}

/** What sessions are sealed with: all passphrases that are anywhere in a scenario. */
export interface Secrets {
  readonly passphrases: readonly string[]
  readonly cipher: ApacheCipher
}

/** A configuration, and what a visitor does. */
export interface Scenario {
  readonly seed: number
  readonly shape: string
  readonly secrets: Secrets
  readonly hosts: readonly Host[]
  /** RemoteIPHeader, in lower case. */
  readonly remoteHeader?: string
  /** RemoteIPProxiesHeader is there. */
  readonly tellsProxies?: boolean
  readonly visits: readonly Visit[]
}

/** The host of a scenario that answers to a name. */
export function hostOf({ hosts }: Scenario, { host }: Destination): Host {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  const found = hosts.find((one) => one.name === name || one.aliases.some((alias) => fits(alias, name))) ?? hosts[0]
  if (found === undefined) throw new Error('a scenario needs a host')
  return found
}

function fits(alias: string, name: string): boolean {
  return alias.startsWith('*.') ? name.endsWith(alias.slice(1)) : alias === name
}
