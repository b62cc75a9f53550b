/**
 * PHP's session functions, as the methods of one object per request.
 *
 * @module
 */
import type { IniInput } from '../ini/directive-kinds.ts'
import type { DirectiveName, DirectiveValues } from '../ini/directive.ts'
import type { PhpValue } from '../value/value.ts'
import type { CookieParams, PhpAnswer } from './answer.ts'
import { Calls, type ShutdownWork } from './calls.ts'
import { Context, type SessionStatus, type Surroundings } from './context.ts'
import { decode, encode } from './encoding.ts'
import { abort, destroy, noticeLateChanges, writeClose } from './finish.ts'
import type { PhpNotice } from './notices.ts'
import { phpNames } from './php-names.ts'
import { createId, regenerateId } from './regenerate.ts'
import type { PhpRequest } from './request.ts'
import * as settings from './settings-functions.ts'
import { setSaveHandler } from './set-save-handler.ts'
import { initialize, start, type StartOptions } from './start.ts'
import type { SaveHandlerCallbacks, UserSaveHandler } from './user-handler.ts'
import type { SessionVariables } from './vars.ts'

/** Options of {@link PhpSession.destroy}. */
export interface DestroyOptions {
  /** Whether the variables and the cookie go as well, which is all that PHP's manual does to end a session (default `false`). */
  readonly cookie?: boolean
}

/**
 * The session of one request, with PHP's functions and their meaning. What waits for the storage gives a promise; await it before
 * the next call.
 */
export class PhpSession {
  readonly #context: Context
  readonly #calls: Calls

  /** Made by `createPhpSession` and by the adapters. */
  constructor(around: Surroundings, request: PhpRequest, answer: PhpAnswer) {
    this.#context = new Context(around, request, answer)
    this.#calls = new Calls(this.#context)
  }

  /** `$_SESSION`. Readable at all times; what is changed while the session is active is stored. */
  get vars(): SessionVariables {
    return this.#context.vars.view
  }

  /** `$_SESSION = […]`: all variables are replaced, and the object stays the same. */
  set vars(vars: SessionVariables) {
    this.#context.vars.assign(vars)
  }

  /** A variable as PHP has it: with its floats, references and objects. Assign to `vars` to change it. */
  php(name: string): PhpValue | undefined {
    return this.#context.vars.php(name)
  }

  /** Whether the safe behaviour replaces PHP's own where that loses data or locks a visitor out. */
  get isSafe(): boolean {
    return this.#context.isSafe
  }

  /** PHP's constant `SID`: `name=id` where no cookie came and ids may stand in links, else empty; before the first start, `undefined`. */
  get sid(): string | undefined {
    return this.#context.sid
  }

  /** What PHP would have written to its log in this request, at most a hundred of it. */
  get notices(): readonly PhpNotice[] {
    return this.#context.notices
  }

  /** What links and forms of the answer are to carry, while `session.use_trans_sid` asks for it; see the adapters. */
  get transSid(): { readonly name: string; readonly id: string } | undefined {
    return this.#context.transSid
  }

  /**
   * Starts a session, or takes up that of the request: `session_start()`.
   *
   * @param options Directives for this request, named without `session.`, and `read_and_close`.
   * @returns Whether there is a session now.
   * @throws SekishoError `ERR_STORE_UNAVAILABLE` (503) where the storage failed; the versions of PHP warn and give `false`.
   * @throws SekishoUsageError `ERR_ARGUMENT` for an option of a wrong type.
   */
  start(options: StartOptions = {}): Promise<boolean> {
    return this.#calls.run(phpNames.start, (context) => start(context, options))
  }

  /**
   * Writes the session and ends it, so that other requests can have it: `session_write_close()`. The variables stay readable.
   *
   * @throws PhpEncodeError for what cannot be kept; what was stored before stays.
   * @throws SekishoError `ERR_STORE_UNAVAILABLE` (503) where the storage failed; the versions of PHP warn and give `true`.
   */
  writeClose(): Promise<boolean> {
    return this.#calls.run(phpNames.writeClose, writeClose)
  }

  /** As {@link writeClose}: `session_commit()`. */
  commit(): Promise<boolean> {
    return this.writeClose()
  }

  /** Ends the session without writing: `session_abort()`. */
  abort(): Promise<boolean> {
    return this.#calls.run(phpNames.abort, abort)
  }

  /** Reads the stored variables again: `session_reset()`. */
  reset(): Promise<boolean> {
    return this.#calls.run(phpNames.reset, async (context) => context.isActive && initialize(context))
  }

  /**
   * Removes what is stored: `session_destroy()`. Variables and cookie stay, unless `cookie` is set.
   *
   * @throws SekishoError `ERR_STORE_UNAVAILABLE` (503) where the storage failed; the versions of PHP warn and give `false`.
   */
  destroy({ cookie = false }: DestroyOptions = {}): Promise<boolean> {
    return this.#calls.run(phpNames.destroy, (context) => destroy(context, cookie))
  }

  /** Removes all variables: `session_unset()`. */
  unset(): boolean {
    if (!this.#context.isActive) return false
    this.#context.vars.clear()
    return true
  }

  /**
   * Gives the session a new id: `session_regenerate_id()`. Call it whenever a visitor's rights change.
   *
   * @param deleteOldSession Whether the old id ends at once. Otherwise it is good for a short while (`forwardFor`), so that requests under
   * way are not logged out; in the versions of PHP it stays a session of its own.
   */
  regenerateId(deleteOldSession: boolean = false): Promise<boolean> {
    return this.#calls.run(phpNames.regenerateId, (context) => regenerateId(context, deleteOldSession))
  }

  /** A new id that no session has: `session_create_id()`. @param prefix Letters, digits, `,` and `-`. */
  createId(prefix: string = ''): Promise<string | false> {
    return this.#calls.run(phpNames.createId, (context) => createId(context, prefix))
  }

  /** Removes sessions that nobody has used for `session.gc_maxlifetime`: `session_gc()`. @returns How many, or `false`. */
  gc(): Promise<number | false> {
    return this.#calls.run(phpNames.gc, async (context) => {
      if (!context.isActive) return context.refuse('gc-inactive')
      return context.opened.gc(context.ini.get('session.gc_maxlifetime'))
    })
  }

  /** The variables as they would be stored: `session_encode()`. */
  encode(): Uint8Array | false {
    this.#context.running = phpNames.encode
    return encode(this.#context)
  }

  /** Reads variables from what {@link encode} gave: `session_decode()`. @param data Bytes, or text. */
  decode(data: Uint8Array | string): Promise<boolean> {
    const octets = typeof data === 'string' ? new TextEncoder().encode(data) : data
    return this.#calls.run(phpNames.decode, (context) => decode(context, octets))
  }

  /** Whether a session is under way: `session_status()`. */
  status(): SessionStatus {
    return this.#context.status
  }

  /** The id, empty where there is none, and a new one for the next start: `session_id()`. */
  id(): string
  id(next: string): string | false
  id(next?: string): string | false {
    return settings.sessionId(this.#for(phpNames.id), next)
  }

  /** The name of the cookie: `session_name()`. @returns The name before. */
  name(next?: string): string | false {
    return settings.setting(this.#for(phpNames.name), settings.settings.name, next)
  }

  /** The argument of the save handler: `session_save_path()`. @returns The path before. */
  savePath(next?: string): string | false {
    return settings.setting(this.#for(phpNames.savePath), settings.settings.savePath, next)
  }

  /** The kind of storage: `session_module_name()`. @returns The name before. */
  moduleName(next?: string): string | false {
    return settings.moduleName(this.#for(phpNames.moduleName), next)
  }

  /** The cache limiter: `session_cache_limiter()`. @returns The limiter before. */
  cacheLimiter(next?: string): string | false {
    return settings.setting(this.#for(phpNames.cacheLimiter), settings.settings.cacheLimiter, next)
  }

  /** Minutes for which the answer may be cached: `session_cache_expire()`. @returns The minutes before. */
  cacheExpire(next?: number): number | false {
    return settings.cacheExpire(this.#for(phpNames.cacheExpire), next)
  }

  /** What the cookie is like: `session_get_cookie_params()`. */
  getCookieParams(): CookieParams {
    return settings.readCookieParams(this.#context)
  }

  /** Changes what the cookie is like: `session_set_cookie_params()`. @param params The seconds it lives, or whatever is to change. */
  setCookieParams(params: number | Readonly<Record<string, unknown>>, ...others: CookieArguments): boolean {
    const [path, domain, secure, httponly] = others
    const given = typeof params === 'number' ? { lifetime: params, path, domain, secure, httponly } : params
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null))
    return settings.changeCookieParams(this.#for(phpNames.setCookieParams), set)
  }

  /**
   * Gives the session functions a storage of the application's own: `session_set_save_handler()`, with an object, or with single
   * functions in PHP's order.
   */
  setSaveHandler(handler: UserSaveHandler, registerShutdown?: boolean): boolean
  setSaveHandler(...callbacks: SaveHandlerCallbacks): boolean
  setSaveHandler(...args: readonly unknown[]): boolean {
    return setSaveHandler(this.#for(phpNames.setSaveHandler), args)
  }

  /** A directive as it stands: `ini_get()`, with its type. */
  iniGet<N extends DirectiveName>(name: N): DirectiveValues[N]
  iniGet(name: string): IniInput | undefined
  iniGet(name: string): IniInput | undefined {
    return this.#context.ini.get(name)
  }

  /** Changes a directive for this request: `ini_set()`. @returns The value before, or `false` where it may not be changed. */
  iniSet(name: string, value: IniInput): IniInput | false {
    const context = this.#for(phpNames.iniSet)
    const before = context.ini.get(name)
    return settings.changeIni(context, name, value) ? (before ?? '') : false
  }

  /** Work to be done at the end of the request, while the session is still there; without any, the session is written at that point. */
  registerShutdown(work: ShutdownWork = async () => void (await this.writeClose())): void {
    this.#calls.register(work)
  }

  /**
   * Ends the request: what was registered is done, and a session that is still active is written. Adapters call it.
   *
   * @param options `write: false` forgets the changes; `holdsHead: true` says that the headers go out after this, whatever they look
   * like meanwhile, and without a cookie when this fails.
   */
  async finish({
    write = true,
    holdsHead = false,
  }: { readonly write?: boolean; readonly holdsHead?: boolean } = {}): Promise<void> {
    this.#context.holdsHead = holdsHead
    await this.#calls.finish(() => (write ? this.writeClose() : this.abort()))
  }

  /** Raises a notice where variables were changed after {@link finish} had written them. Adapters call it. */
  noticeLateChanges(): void {
    noticeLateChanges(this.#for(phpNames.writeClose))
  }

  /** Puts the cookie back into an answer whose head was made anew, unless it has another of that name by now. Adapters call it. */
  keepCookie(): void {
    this.#context.keepCookie()
  }

  /** Whether there is anything for {@link finish} to do. */
  get isUnfinished(): boolean {
    return this.#calls.isUnfinished
  }

  #for(name: string): Context {
    this.#context.running = name
    return this.#context
  }
}

/** The other arguments of `session_set_cookie_params()` in its old form. */
export type CookieArguments = readonly [
  path?: string | null,
  domain?: string | null,
  secure?: boolean | null,
  httponly?: boolean | null,
]
