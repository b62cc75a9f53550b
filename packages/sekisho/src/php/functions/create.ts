/**
 * How an application comes to PHP's session functions.
 *
 * @module
 */
import { optionError } from '../../errors.ts'
import type { SaveHandlerModule } from '../handler/contract.ts'
import { behaviourOf, type PhpIni, type PhpPreset, resolveIni } from '../ini/settings.ts'
import { type PhpAnswer, RecordedAnswer } from './answer.ts'
import type { Surroundings } from './context.ts'
import { noticeOf, noticeText, type PhpNotice } from './notices.ts'
import { PhpSession } from './php-session.ts'
import type { PhpRequest } from './request.ts'

/** Options of {@link createPhpSession} beside PHP's directives. */
export interface PhpSessionOptions {
  /**
   * Whose behaviour this is: `safe` has the defaults of PHP 8.6 and never loses data (default); `8.2`, `8.4`, `8.5` and `8.6` are
   * those versions exactly, and `classic` is 8.4.
   */
  readonly php?: PhpPreset
  /** The kinds of storage that `session.save_handler` can name (default: none, for `setSaveHandler` only). */
  readonly modules?: readonly SaveHandlerModule[]
  /** Is told of everything that PHP would have written to its log (default: warnings go to `console.warn`). */
  readonly onNotice?: (notice: PhpNotice) => void
  /**
   * Seconds for which an id that was regenerated is still good, in the preset `safe`: it leads to the new one after a request that
   * changed nothing, and is what it was before one that did, such as a login (default 60; 0: it stays a session, as in PHP).
   */
  readonly forwardFor?: number
  /** Whether every start sends the cookie, so that `session.cookie_lifetime` begins anew; PHP sends it for a new id only (default `false`). */
  readonly rolling?: boolean
  /** Seconds after which a start gives the session a new id, as `regenerateId()` does (default 0: never). */
  readonly regenerateEvery?: number
  /** Milliseconds since 1970 (default: `Date.now`). */
  readonly now?: () => number
  /** A number from 0 up to, but not, 1: decides whether a start sweeps (default: `Math.random`). */
  readonly random?: () => number
  /** When the page of a request last changed, in milliseconds since 1970, for `Last-Modified` (default: unknown, and no such header). */
  readonly modified?: (request: PhpRequest) => number | undefined
}

/** Sessions of one application. */
export interface PhpSessions {
  /** The session functions for one request. @param answer Where the cookie goes, such as an answer of Node's. */
  create(request: PhpRequest, answer: PhpAnswer): PhpSession
  /** Whether a session starts with every request: `session.auto_start`. */
  readonly startsAlone: boolean
  /** What all requests share. */
  readonly surroundings: Surroundings
}

/**
 * Reads the directives of an application once.
 *
 * @param ini Directives by PHP's names.
 * @param options Everything else.
 * @throws SekishoUsageError `ERR_OPTION` for an option, or in the preset `safe` a directive, that cannot be.
 */
export function definePhpSessions(ini: PhpIni, options: PhpSessionOptions = {}): PhpSessions {
  const { php = 'safe', modules = [], onNotice = logNotice, forwardFor = 60 } = options
  const { rolling = false, regenerateEvery = 0 } = options
  const { now = Date.now, random = Math.random, modified = () => undefined } = options
  checkSeconds({ forwardFor, regenerateEvery })
  const resolved = resolveIni(ini, behaviourOf(php))
  const byName = new Map(modules.map((module) => [module.name.toLowerCase(), module]))
  const times = { now, random, forwardFor, rolling, regenerateEvery }
  const surroundings: Surroundings = { ...times, ini: resolved, modules: byName, onNotice, modified }
  const handler = String(resolved.values.get('session.save_handler'))
  if (resolved.isSafe && !byName.has(handler) && ini['session.save_handler'] !== undefined)
    throw unknownModule(handler, byName)
  for (const { message, isDeprecation } of resolved.problems) {
    onNotice(noticeOf(isDeprecation ? 'ini-deprecated' : 'ini-refused', 'ini_set', message))
  }
  return {
    create: (request, answer) => new PhpSession(surroundings, request, answer),
    startsAlone: resolved.values.get('session.auto_start') === true,
    surroundings,
  }
}

/** @throws SekishoUsageError `ERR_OPTION` for what is no time. */
export function checkSeconds(options: Readonly<Record<string, number>>): void {
  for (const [name, seconds] of Object.entries(options)) {
    if (!Number.isFinite(seconds) || seconds < 0) throw optionError(name, 'seconds, 0 or more', seconds)
  }
}

function unknownModule(handler: string, modules: ReadonlyMap<string, SaveHandlerModule>): Error {
  const known = [...modules.keys()].map((name) => `\`${name}\``).join(', ')
  return optionError(
    'session.save_handler',
    `one of the \`modules\` (${known === '' ? 'there are none' : known})`,
    handler,
  )
}

/**
 * PHP's session functions for one request.
 *
 * @param ini Directives by PHP's names; for many requests, {@link definePhpSessions} reads them once.
 * @param request The request; one of Node's or of Express will do.
 * @param options Everything else, and where the cookie goes.
 *
 * @example
 * ```ts
 * const session = createPhpSession({ 'session.save_path': '/var/lib/php/sessions' }, req, { answer: res, modules: [files] })
 * await session.start()
 * session.vars['visits'] = Number(session.vars['visits'] ?? 0) + 1
 * await session.writeClose()
 * ```
 */
export function createPhpSession(
  ini: PhpIni,
  request: PhpRequest,
  options: PhpSessionOptions & { readonly answer?: PhpAnswer } = {},
): PhpSession {
  return definePhpSessions(ini, options).create(request, options.answer ?? new RecordedAnswer())
}

function logNotice(notice: PhpNotice): void {
  if (notice.level === 'warning') console.warn(noticeText(notice))
}
