import { moduleStatus, nearestModule } from '../config/modules.ts'
import { CommandError } from '../command/terminal/command-error.ts'
import { nearestName } from '../lib/nearest.ts'

/** Another module whose symbols a module is linked against. */
export interface LinkedModule {
  readonly id: string
  /** The first symbol that the linker misses. */
  readonly symbol: string
}

/** In the real server as Debian builds it. */
export const builtInModules: readonly string[] = [
  'core_module',
  'so_module',
  'watchdog_module',
  'http_module',
  'log_config_module',
  'logio_module',
  'version_module',
  'unixd_module',
]

/** Built into every build of the real server, which does not start with a line that loads one of them. */
const neverLoaded: readonly string[] = ['core_module', 'so_module', 'http_module']

/** Whether a module can be loaded at all, and be left out. */
export function isLoadable(id: string): boolean {
  return !neverLoaded.includes(id)
}

/** What cannot be loaded before something else, with what the linker says; seen on the real server. */
const linked: Readonly<Record<string, LinkedModule>> = {
  session_cookie_module: { id: 'session_module', symbol: 'ap_hook_session_save' },
  session_dbd_module: { id: 'session_module', symbol: 'ap_hook_session_save' },
  session_crypto_module: { id: 'session_module', symbol: 'ap_hook_session_encode' },
  proxy_http_module: { id: 'proxy_module', symbol: 'ap_proxy_location_reverse_map' },
}

/** What is found missing only at the start, or with the first request. */
const used: Readonly<Record<string, readonly string[]>> = {
  session_dbd_module: ['dbd_module'],
  auth_form_module: ['session_module', 'request_module'],
}

/** What must be loaded before a module. */
export function neededBy(id: string): readonly LinkedModule[] {
  const needed = linked[id]
  return needed === undefined ? [] : [needed]
}

/** A module behind everything it needs, as they are to be loaded. */
export function withNeeded(id: string): readonly string[] {
  return [...neededBy(id).map((needed) => needed.id), ...(used[id] ?? []), id]
}

/** The identifier of a module from any of its names: `session`, `session_module`, `mod_session`, `mod_session.c`. */
export function moduleId(name: string): string {
  return `${name.replace(/^mod_/, '').replace(/(?:_module|\.c|\.so)$/, '')}_module`
}

/** The name that people use: `session` of `session_module`. */
export function shortName(id: string): string {
  return id.replace(/_module$/, '')
}

/**
 * The identifier of a module that is known at all.
 *
 * @param mustBePresent True: one that is no part of the gateway will not do.
 * @throws CommandError with the name that was probably meant.
 */
export function knownModule(name: string, mustBePresent: boolean): string {
  const id = moduleId(name)
  const status = moduleStatus(id)
  if (!mustBePresent && !isLoadable(id)) throw builtIn(id)
  if (status === 'present' || (status === 'absent' && !mustBePresent)) return id
  if (status === 'absent')
    throw new CommandError({
      code: 'no-such-part',
      what: `${shortName(id)} cannot be enabled`,
      why: `this gateway does not do what mod_${shortName(id)} does`,
      fix: 'run "sekisho modules" for what it does',
    })
  const nearest = nearestName(shortName(id), nearNames(id))
  throw new CommandError({
    code: 'unknown-module',
    what: `There is no module ${name}`,
    why: 'neither this gateway nor the real server has one of this name',
    fix: nearest === undefined ? 'run "sekisho modules" for the names' : `write ${nearest} instead of ${name}`,
  })
}

function builtIn(id: string): CommandError {
  return new CommandError({
    code: 'built-in',
    what: `${shortName(id)} cannot be disabled`,
    why: 'it is built in, here and in the real server',
    fix: 'leave it out',
  })
}

/** That all identifiers end alike makes short ones look similar: whoever uses these compares the names that people use. */
function nearNames(id: string): string[] {
  const nearest = nearestModule(id)
  return nearest === undefined ? [] : [shortName(nearest)]
}
