/**
 * The state of the session functions in one request: what PHP keeps in its globals.
 *
 * @module
 */
import { SekishoError, SekishoUsageError } from '../../errors.ts'
import type { IniView, SaveHandlerModule } from '../handler/contract.ts'
import { RequestIni, type ResolvedIni } from '../ini/settings.ts'
import type { PhpArray } from '../value/value.ts'
import { cookieLines, type PhpAnswer, putCookie } from './answer.ts'
import { type NoticeCode, noticeOf, type PhpNotice } from './notices.ts'
import type { PhpRequest } from './request.ts'
import { createSessionId } from './session-id.ts'
import { Storage } from './storage.ts'
import type { UserHandler } from './user-handler.ts'
import { SessionVars } from './vars.ts'

/** What all requests of an application share. */
export interface Surroundings {
  /** The directives. */
  readonly ini: ResolvedIni
  /** The kinds of storage, by name. */
  readonly modules: ReadonlyMap<string, SaveHandlerModule>
  /** Is told of everything that PHP would have written to its log. */
  readonly onNotice: (notice: PhpNotice) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** A number from 0 up to, but not, 1: decides whether a start sweeps. */
  readonly random: () => number
  /** Seconds for which an id that was regenerated leads to the new one. */
  readonly forwardFor: number
  /** Whether every start sends the cookie, so that its lifetime begins anew. */
  readonly rolling: boolean
  /** Seconds after which a start gives the session a new id; 0: never. */
  readonly regenerateEvery: number
  /** When the page of a request last changed, in milliseconds. */
  readonly modified: (request: PhpRequest) => number | undefined
}

const nothing = new Uint8Array()
const formats: ReadonlySet<string> = new Set(['php', 'php_binary', 'php_serialize'])

/** An id that was replaced in this request, and what was stored under it. */
export interface Predecessor {
  readonly id: string
  readonly vars: PhpArray
}

/** How many notices a request remembers. */
const mostNotices = 100

/** Whether a session is under way: PHP's `session_status()`. */
export type SessionStatus = 'disabled' | 'none' | 'active'

export class Context {
  readonly around: Surroundings
  readonly request: PhpRequest
  readonly answer: PhpAnswer
  readonly ini: RequestIni
  readonly vars: SessionVars = new SessionVars()
  readonly notices: PhpNotice[] = []
  isActive = false
  id: string | undefined
  /** Whether `vars` belong to a session: since a start, until it is destroyed. */
  hasVars = false
  /** The bytes as they were read, to see whether anything changed; `undefined`: it is written in any case. */
  stored: Uint8Array | undefined
  /** The bytes as they were read. */
  read: Uint8Array = nothing
  /** The bytes as they were last written. */
  written: Uint8Array | undefined
  /** The id that this request has replaced. */
  predecessor: Predecessor | undefined
  /** The id that the browser has while this request regenerates it, and the bytes under it, for a request that fails. */
  held: { readonly id: string; readonly data: Uint8Array } | undefined
  /** Whether the headers wait for the session to be written, though they look as if they had been sent. */
  holdsHead = false
  /** Whether the id was made in this request and nothing has been stored under it. */
  isFresh = false
  /** Whether the id was made in this request, so that the browser has not had it yet. */
  isUnsent = false
  /** Whether the cookie is to be sent. */
  sendsCookie = false
  /** Whether `SID` holds the id. */
  definesSid = false
  sid: string | undefined
  /** The cookie that was sent. */
  cookie: { readonly name: string; readonly text: string } | undefined
  /** What links and forms carry, once armed. */
  transSid: { readonly name: string; readonly id: string } | undefined
  /** The handler the application has set. */
  user: UserHandler | undefined
  /** The PHP function that is running, for notices. */
  running = 'session_start'
  #storage: Storage | undefined

  constructor(around: Surroundings, request: PhpRequest, answer: PhpAnswer) {
    this.around = around
    this.request = request
    this.answer = answer
    this.ini = new RequestIni(around.ini)
  }

  get isSafe(): boolean {
    return this.around.ini.isSafe
  }

  get php(): number {
    return this.around.ini.php
  }

  get savePath(): string {
    return this.ini.get('session.save_path')
  }

  get moduleName(): string {
    return this.ini.get('session.save_handler')
  }

  /** The handler of this request; `undefined` where nobody knows the module. */
  get storage(): Storage | undefined {
    if (this.#storage !== undefined) return this.#storage
    const { user } = this
    const name = this.moduleName
    if (name === 'user' && user !== undefined) {
      this.#storage = new Storage(user.handler, this, { name, userClass: user.className ?? '' })
    } else {
      const module = this.around.modules.get(name)
      if (module !== undefined) this.#storage = new Storage(module.create(this.#view()), this, { name: module.name })
    }
    return this.#storage
  }

  /** Makes the next start ask for its handler anew. */
  forgetStorage(): void {
    this.#storage = undefined
  }

  get status(): SessionStatus {
    if (this.isActive) return 'active'
    const isKnown = this.moduleName === 'user' ? this.user !== undefined : this.around.modules.has(this.moduleName)
    return isKnown && this.hasSerializer ? 'none' : 'disabled'
  }

  /** Whether PHP has the format that was asked for when it was started. */
  get hasSerializer(): boolean {
    return formats.has(this.ini.get('session.serialize_handler'))
  }

  /** The storage of the session that is under way. */
  get opened(): Storage {
    if (this.storage !== undefined) return this.storage
    throw new SekishoError('ERR_STORE_UNAVAILABLE', `there is no save handler "${this.moduleName}"`)
  }

  /** Raises a notice about the running function. */
  notice(code: NoticeCode, ...words: string[]): void {
    const notice = noticeOf(code, this.running, ...words)
    if (this.notices.length < mostNotices) this.notices.push(notice)
    this.around.onNotice(notice)
  }

  /** Raises a notice, for a function that says `false`. */
  refuse(code: NoticeCode, ...words: string[]): false {
    this.notice(code, ...words)
    return false
  }

  /** The headers have gone, and a cookie was to be among them: PHP warns, and the page goes on as if nothing were missing. */
  tooLate(code: NoticeCode): false {
    this.notice(code)
    if (!this.isSafe) return false
    throw new SekishoUsageError('ERR_SESSION_COMMITTED', noticeOf(code, this.running).message)
  }

  /**
   * The storage failed: PHP warns and goes on without a session. The safe behaviour ends the request, because a page that
   * takes the visitor for somebody new would be worse than none.
   */
  storageFailed(code: NoticeCode, ...words: string[]): false {
    this.notice(code, ...words)
    return this.endIfSafe(code, ...words)
  }

  /** The same, of a failure that has been told already. What the visitor has for a cookie stays as it is. */
  endIfSafe(code: NoticeCode, ...words: string[]): false {
    if (!this.isSafe) return false
    this.withdrawCookie()
    throw new SekishoError('ERR_STORE_UNAVAILABLE', noticeOf(code, this.running, ...words).message)
  }

  /** Sends the session's cookie, in place of one that was sent before. */
  sendCookie(name: string, text: string): void {
    putCookie(this.answer, name, text)
    this.cookie = { name, text }
  }

  /** Takes it back, as long as that can be done. */
  withdrawCookie(): void {
    if (this.cookie !== undefined && !this.answer.headersSent) putCookie(this.answer, this.cookie.name)
    this.cookie = undefined
  }

  /** Puts it back into an answer whose head was made anew, unless it has another of that name by now. */
  keepCookie(): void {
    const { answer, cookie } = this
    if (cookie === undefined || answer.headersSent) return
    const isThere = cookieLines(answer).some((line) => line.startsWith(`${cookie.name}=`))
    if (!isThere) putCookie(answer, cookie.name, cookie.text)
  }

  handlerSaid(reason: string): void {
    this.notice('handler-said', reason)
  }

  createId(): string {
    return createSessionId(this.ini.get('session.sid_length'), this.ini.get('session.sid_bits_per_character'))
  }

  #view(): IniView {
    const { ini } = this
    return {
      get: ini.get.bind(ini) as IniView['get'],
      allocatesAtStart: !this.isSafe,
      createId: () => this.createId(),
      warn: (message) => this.handlerSaid(message),
    }
  }
}
