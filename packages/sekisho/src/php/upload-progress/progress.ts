/**
 * The progress of an upload, as PHP keeps it in the session for other requests to read: `session.upload_progress.*`.
 *
 * @module
 */
import { RecordedAnswer } from '../functions/answer.ts'
import type { PhpSessions } from '../functions/create.ts'
import { cookieFields, type PhpRequest, queryField } from '../functions/request.ts'
import { RequestIni } from '../ini/settings.ts'
import type { FormEvents } from './multipart.ts'

/** PHP's UPLOAD_ERR_EXTENSION: what a file has that was cancelled. */
const cancelledError = 8

/** A file, as the entry has it. */
interface FileProgress {
  readonly field_name: string
  readonly name: string
  /** Where PHP has put it; here the application reads the body, and this stays `null`. */
  readonly tmp_name: null
  error: number
  done: boolean
  readonly start_time: number
  bytes_processed: number
}

/** The entry in the session. */
interface Entry {
  readonly start_time: number
  readonly content_length: number
  bytes_processed: number
  done: boolean
  readonly files: FileProgress[]
}

/** An upload that is watched. */
export class UploadProgress implements FormEvents {
  readonly #sessions: PhpSessions
  readonly #request: PhpRequest
  readonly #ini: RequestIni
  readonly #cancelled = new AbortController()
  readonly #length: number
  #received = 0
  #id: string | undefined
  #key: string | undefined
  #entry: Entry | undefined
  #file: FileProgress | undefined
  #nextBytes = 0
  #nextTime = 0
  #updating: Promise<void> = Promise.resolve()

  /** @param contentLength The octets of the body. */
  constructor(sessions: PhpSessions, request: PhpRequest, contentLength: number) {
    this.#sessions = sessions
    this.#request = request
    this.#length = contentLength
    this.#ini = new RequestIni(sessions.surroundings.ini)
  }

  /** Is aborted when another request has set `cancel_upload` in the entry. */
  get signal(): AbortSignal {
    return this.#cancelled.signal
  }

  /** Resolves when what has been seen so far is in the session. */
  get settled(): Promise<void> {
    return this.#updating
  }

  /** So many octets of the body have come. Call it before the octets are looked at. */
  received(octets: number): void {
    this.#received += octets
  }

  field(name: string, value: string): void {
    if (value === '' || (this.#id !== undefined && this.#key !== undefined)) return
    const isOpen = !this.#ini.get('session.use_only_cookies')
    if (name === this.#ini.get('session.name') && isOpen) this.#id = value
    if (name !== this.#ini.get('session.upload_progress.name')) return
    this.#key = this.#ini.get('session.upload_progress.prefix') + value
    this.#id = this.#idOfHead() ?? this.#id
  }

  fileStart(field: string, filename: string): void {
    if (this.#id === undefined || this.#key === undefined || this.signal.aborted) return
    const now = this.#seconds()
    const rest = { tmp_name: null, error: 0, done: false, start_time: now, bytes_processed: 0 }
    this.#file = { field_name: field, name: filename, ...rest }
    this.#entry ??= { start_time: now, content_length: this.#length, bytes_processed: 0, done: false, files: [] }
    this.#entry.files.push(this.#file)
    this.#update(false)
  }

  fileData(length: number): void {
    if (this.#file === undefined) return
    this.#file.bytes_processed += length
    this.#update(false)
  }

  fileEnd(): void {
    if (this.#file === undefined) return
    if (this.signal.aborted) this.#file.error = cancelledError
    this.#file.done = true
    this.#file = undefined
    this.#update(false)
  }

  /** The body is over. */
  end(): void {
    if (this.#entry === undefined) return
    this.#entry.done = true
    if (this.#ini.get('session.upload_progress.cleanup')) this.#later(undefined)
    else this.#update(true)
  }

  /** The id of the cookie, or of the URL where ids may stand there; the forms' own comes before the files. */
  #idOfHead(): string | undefined {
    const name = this.#ini.get('session.name')
    const cookie = this.#ini.get('session.use_cookies') ? cookieFields(this.#request, name)[0] : undefined
    if (typeof cookie === 'string') return cookie
    const query = this.#ini.get('session.use_only_cookies') ? undefined : queryField(this.#request, name)
    return typeof query === 'string' ? query : undefined
  }

  #update(isForced: boolean): void {
    const entry = this.#entry
    if (entry === undefined) return
    entry.bytes_processed = this.#received
    const now = this.#sessions.surroundings.now() / 1000
    const isDue = this.#received >= this.#nextBytes && now >= this.#nextTime
    if (!isForced && !isDue) return
    this.#nextBytes = this.#received + this.#step()
    this.#nextTime = now + this.#ini.get('session.upload_progress.min_freq')
    this.#later(structuredClone(entry))
  }

  /** Octets from one update to the next. */
  #step(): number {
    const frequency = this.#ini.get('session.upload_progress.freq')
    const number = Number.parseInt(frequency, 10) || 0
    return frequency.trimEnd().endsWith('%') ? Math.floor((this.#length * number) / 100) : number
  }

  /** A storage that failed has raised its notice: the upload goes on, and so do the updates that follow. */
  #later(entry: Entry | undefined): void {
    this.#updating = this.#updating.then(() => this.#write(entry)).catch(() => undefined)
  }

  /** Opens, reads, changes and closes the session: other requests have it in between. @param entry `undefined`: it goes. */
  async #write(entry: Entry | undefined): Promise<void> {
    const [id, key] = [this.#id ?? '', this.#key ?? '']
    const session = this.#sessions.create({ headers: {} }, new RecordedAnswer())
    session.id(id)
    if (!(await session.start())) return
    if (session.id() !== id) return void (await session.abort()) // nobody's, or forwarded: not the session of the upload
    if (isCancelled(session.vars[key])) this.#cancelled.abort()
    if (entry === undefined) delete session.vars[key]
    else session.vars[key] = this.signal.aborted ? { ...entry, cancel_upload: true } : entry
    await session.writeClose()
  }

  #seconds(): number {
    return Math.floor(this.#sessions.surroundings.now() / 1000)
  }
}

function isCancelled(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'cancel_upload' in entry && entry.cancel_upload === true
}
