import { nearestName } from '../lib/nearest.ts'
import { aliasModule } from './directives/alias.ts'
import { authBasicModule, authnCoreModule, authnFileModule } from './directives/auth-basic.ts'
import { authFormModule } from './directives/auth-form.ts'
import { authzCoreModule, authzGroupfileModule } from './directives/authz.ts'
import { dbdModule } from './directives/dbd.ts'
import { foreignOfOwnModules } from './directives/foreign-own.ts'
import { foreignDirectives } from './directives/foreign.ts'
import { headersModule } from './directives/headers.ts'
import { logConfigModule } from './directives/logs.ts'
import { proxyModule } from './directives/proxy.ts'
import { remoteipModule } from './directives/remoteip.ts'
import { coreModule, dirModule, envModule, requestModule, soModule, unixdModule } from './directives/server.ts'
import { sessionCookieModule } from './directives/session-cookie.ts'
import { sessionCryptoModule } from './directives/session-crypto.ts'
import { sessionDbdModule } from './directives/session-dbd.ts'
import { sessionModule } from './directives/session.ts'
import { setenvifModule } from './directives/setenvif.ts'
import { sslModule } from './directives/ssl.ts'
import type { Directive, ModuleTable } from './directive.ts'

/** The modules of which the gateway carries out directives. */
export const modules: readonly ModuleTable[] = [
  coreModule,
  soModule,
  unixdModule,
  logConfigModule,
  sessionModule,
  sessionCookieModule,
  sessionDbdModule,
  sessionCryptoModule,
  dbdModule,
  authnCoreModule,
  authnFileModule,
  authBasicModule,
  authFormModule,
  requestModule,
  authzCoreModule,
  authzGroupfileModule,
  proxyModule,
  headersModule,
  aliasModule,
  dirModule,
  envModule,
  setenvifModule,
  remoteipModule,
  sslModule,
]

/** Modules whose work the gateway does and which have no directives of their own, or none that matters here. */
const without =
  'http_core version watchdog authz_user authz_host proxy_http proxy_wstunnel logio mpm_event socache_shmcb'.split(' ')

/** Modules that the gateway does not have and that have no directives; they may be loaded, to no effect. */
const bare =
  'asis authz_owner cgid data lbmethod_bybusyness lbmethod_byrequests lbmethod_bytraffic ldap mpm_prefork mpm_worker proxy_ajp proxy_balancer proxy_fdpass proxy_http2 proxy_uwsgi ratelimit slotmem_plain slotmem_shm socache_dbm status suexec unique_id'.split(
    ' ',
  )

const present = new Set([
  'core.c',
  'event.c',
  'http_core.c',
  ...modules.flatMap(({ file, id }) => [file, id]),
  ...without.flatMap(bothNames),
])
const absent = new Set(
  [...bare, ...Object.keys(foreignDirectives).map((file) => file.replaceAll(/^mod_|\.c$/g, ''))].flatMap(bothNames),
)

const directives: ReadonlyMap<string, Found> = new Map(
  modules.flatMap((module) =>
    module.directives.map((directive) => [directive.name.toLowerCase(), { directive, module }]),
  ),
)
const foreign: ReadonlyMap<string, ForeignDirective> = new Map(
  Object.entries({ ...foreignOfOwnModules, ...foreignDirectives }).flatMap(([module, names]) =>
    names.split(' ').map((name) => [name.toLowerCase(), { name, module }] as const),
  ),
)

/** A directive and its module. */
export interface Found {
  readonly directive: Directive
  readonly module: ModuleTable
}

/** A directive of the real server that the gateway does not carry out. */
export interface ForeignDirective {
  readonly name: string
  /** `mod_rewrite.c`. */
  readonly module: string
}

/** The directive with this name, its case not respected. */
export function findDirective(name: string): Found | undefined {
  return directives.get(name.toLowerCase())
}

/** The directive of the real server with this name, when the gateway does not carry it out. */
export function findForeign(name: string): ForeignDirective | undefined {
  return foreign.get(name.toLowerCase())
}

/** True for a module that the gateway has, by its file or its identifier. */
export function hasModule(name: string): boolean {
  return present.has(name)
}

/** Whether a module is part of the gateway, is known and left out, or does not exist. */
export function moduleStatus(id: string): 'present' | 'absent' | 'unknown' {
  if (present.has(id)) return 'present'
  return absent.has(id) ? 'absent' : 'unknown'
}

/** The name of a directive that was probably meant; those that the gateway carries out come first. */
export function nearestDirective(name: string): string | undefined {
  const own = modules.flatMap((module) => module.directives.map((directive) => directive.name))
  return (
    nearestName(name, own) ??
    nearestName(
      name,
      [...foreign.values()].map((entry) => entry.name),
    )
  )
}

/** The identifier of a module that was probably meant. */
export function nearestModule(id: string): string | undefined {
  return nearestName(
    id,
    [...present, ...absent].filter((name) => name.endsWith('_module')),
  )
}

function bothNames(name: string): [string, string] {
  return [`${name === 'http_core' ? '' : 'mod_'}${name}.c`, `${name}_module`]
}
