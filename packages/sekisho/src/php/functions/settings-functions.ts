/**
 * The functions that read and change settings: `session_name()`, `session_save_path()` and their like, and `ini_set()`.
 *
 * @module
 */
import { SekishoUsageError } from '../../errors.ts'
import type { IniInput } from '../ini/directive-kinds.ts'
import type { DirectiveName } from '../ini/directive.ts'
import { directives, isDirective } from '../ini/directive-table.ts'
import { readDirective } from '../ini/settings.ts'
import { type CookieParams, cookieParams } from './answer.ts'
import type { Context } from './context.ts'
import type { NoticeCode } from './notices.ts'

/** These two stay open while the progress of uploads is kept. */
const harmless: ReadonlySet<string> = new Set(['session.trans_sid_tags', 'session.trans_sid_hosts'])

/** `ini_set()` of a directive. @returns Whether the value was taken. */
export function changeIni(context: Context, name: string, input: IniInput): boolean {
  if (!isDirective(name)) return false
  refuseBesideUploads(context, name)
  if (!directives[name].atRuntime) return false
  if (context.isActive) return context.refuse('ini-active')
  if (context.answer.headersSent) return context.refuse('ini-sent')
  const reading = readDirective(name, input, context.around.ini)
  if (reading.deprecated !== undefined) context.notice('ini-deprecated', reading.deprecated)
  if ('ignored' in reading) return true
  if ('refused' in reading) return reading.silent === true ? false : context.refuse('ini-refused', reading.refused)
  if (name === 'session.save_handler') return changeHandler(context, String(reading.value), String(input))
  context.ini.put(name, reading.value)
  return true
}

/**
 * PHP 8.2.36 and its contemporaries closed a hole with this: the progress would be written in a format, or to a place, that is
 * not the session's.
 */
function refuseBesideUploads({ ini }: Context, name: string): void {
  if (!ini.get('session.upload_progress.enabled') || harmless.has(name)) return
  const rule = 'Session ini settings cannot be changed at runtime when session.upload_progress.enabled is On'
  throw new SekishoUsageError('ERR_ARGUMENT', rule)
}

function changeHandler(context: Context, name: string, given: string): boolean {
  if (name === 'user') return context.refuse('ini-refused', 'Session save handler "user" cannot be set by ini_set()')
  if (!context.around.modules.has(name))
    return context.refuse('ini-refused', `Session save handler "${given}" cannot be found`)
  context.ini.put('session.save_handler', name)
  context.forgetStorage()
  return true
}

/** What a getter that is also a setter is made from. */
export interface Setting {
  readonly directive: DirectiveName
  readonly whenActive: NoticeCode
  readonly whenSent: NoticeCode
  /** PHP's name of the argument, which may hold no NUL; absent: it may. */
  readonly argument?: string
}

export const settings: Readonly<Record<'name' | 'savePath' | 'cacheLimiter', Setting>> = {
  name: { directive: 'session.name', whenActive: 'name-active', whenSent: 'name-sent', argument: '$name' },
  savePath: { directive: 'session.save_path', whenActive: 'path-active', whenSent: 'path-sent', argument: '$path' },
  cacheLimiter: { directive: 'session.cache_limiter', whenActive: 'limiter-active', whenSent: 'limiter-sent' },
}

/** @returns The value before, or `false` where it may not be changed now. */
export function setting(
  context: Context,
  { directive, whenActive, whenSent, argument }: Setting,
  next?: string,
): string | false {
  const before = String(context.ini.get(directive))
  if (next === undefined) return before
  if (argument !== undefined && next.includes('\0'))
    throw wrongArgument(`${context.running}(): Argument #1 (${argument}) must not contain any null bytes`)
  if (context.isActive) return context.refuse(whenActive)
  if (context.answer.headersSent) return context.refuse(whenSent)
  changeIni(context, directive, next)
  return before
}

export function cacheExpire(context: Context, minutes: number | undefined): number | false {
  const before = context.ini.get('session.cache_expire')
  if (minutes === undefined) return before
  if (context.isActive) {
    context.notice('expire-active')
    return before
  }
  if (context.answer.headersSent) return context.refuse('expire-sent')
  changeIni(context, 'session.cache_expire', minutes)
  return before
}

export function moduleName(context: Context, next: string | undefined): string | false {
  const before = context.moduleName
  if (next === undefined) return before
  if (context.isActive) return context.refuse('module-active')
  if (context.answer.headersSent) return context.refuse('module-sent')
  const name = next.toLowerCase()
  if (name === 'user') throw wrongArgument('session_module_name(): Argument #1 ($module) cannot be "user"')
  if (!context.around.modules.has(name)) return context.refuse('module-missing', next)
  changeIni(context, 'session.save_handler', name)
  return before
}

export function sessionId(context: Context, next: string | undefined): string | false {
  if (next !== undefined && context.isActive) return context.refuse('id-active')
  const isTooLate = context.ini.get('session.use_cookies') && context.answer.headersSent
  if (next !== undefined && isTooLate) return context.refuse('id-sent')
  const before = context.id?.split('\0', 1)[0] ?? ''
  if (next !== undefined) context.id = next
  return before
}

/** What `session_get_cookie_params()` says; `partitioned` since PHP 8.5. */
export function readCookieParams(context: Context): CookieParams {
  const { partitioned, ...others } = cookieParams(context.ini)
  return context.php < 805 ? others : { ...others, partitioned }
}

const cookieKeys = ['lifetime', 'path', 'domain', 'secure', 'partitioned', 'httponly', 'samesite'] as const

/** Changes what is given, and nothing else. */
export function changeCookieParams(context: Context, params: Readonly<Record<string, unknown>>): boolean {
  if (!context.ini.get('session.use_cookies')) return context.refuse('params-without-cookies')
  if (context.isActive) return context.refuse('params-active')
  if (context.answer.headersSent) return context.refuse('params-sent')
  const known = Object.entries(params).flatMap(([key, value]) => {
    const name = cookieKeys.find((each) => each === key.toLowerCase())
    if (name !== undefined && (name !== 'partitioned' || context.php >= 805)) return [[name, value] as const]
    context.notice('params-key', key)
    return []
  })
  if (known.length === 0) {
    const rule = 'Argument #1 ($lifetime_or_options) must contain at least 1 valid key'
    throw wrongArgument(`session_set_cookie_params(): ${rule}`)
  }
  return inOrder(known).every(([name, value]) => changeIni(context, `session.cookie_${name}`, value as IniInput))
}

/** PHP sets them in this order, and stops at the first that is refused. */
function inOrder<T extends readonly [name: (typeof cookieKeys)[number], value: unknown]>(params: readonly T[]): T[] {
  return cookieKeys.flatMap((key) => params.filter(([name]) => name === key))
}

function wrongArgument(text: string): SekishoUsageError {
  return new SekishoUsageError('ERR_ARGUMENT', text)
}
