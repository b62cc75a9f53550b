/**
 * The save handler of one request, with what PHP has around it: reasons become warnings.
 *
 * @module
 */
import { type Awaitable, type SaveHandler, SaveHandlerFailure } from '../handler/contract.ts'

/** What a handler belongs to. */
export interface StorageOwner {
  /** Raises a warning that the handler has given as its reason. */
  handlerSaid(reason: string): void
  /** A new random id. */
  createId(): string
}

/** A handler of which failures are `false`, whatever they were. */
export class Storage {
  /** What `session_module_name()` says. */
  readonly name: string
  /** The class of an application's own handler; for single functions, empty. */
  readonly userClass: string | undefined
  readonly #handler: SaveHandler
  readonly #owner: StorageOwner

  constructor(handler: SaveHandler, owner: StorageOwner, naming: { name: string; userClass?: string | undefined }) {
    this.#handler = handler
    this.#owner = owner
    this.name = naming.name
    this.userClass = naming.userClass
  }

  /** Whether the handler knows which ids are in use. */
  get validates(): boolean {
    return this.#handler.validateId !== undefined
  }

  open(savePath: string, name: string): Awaitable<boolean> {
    return this.#call(() => this.#handler.open(savePath, name))
  }

  close(): Awaitable<boolean> {
    return this.#call(() => this.#handler.close())
  }

  read(id: string): Awaitable<Uint8Array | false> {
    return this.#call(() => this.#handler.read(id))
  }

  write(id: string, data: Uint8Array): Awaitable<boolean> {
    return this.#call(() => this.#handler.write(id, data))
  }

  /** As `write`, of what is there already. */
  touch(id: string, data: Uint8Array): Awaitable<boolean> {
    return this.#call(() => this.#handler.updateTimestamp?.(id, data) ?? this.#handler.write(id, data))
  }

  destroy(id: string): Awaitable<boolean> {
    return this.#call(() => this.#handler.destroy(id))
  }

  gc(maxLifetime: number): Awaitable<number | false> {
    return this.#call(() => this.#handler.gc(maxLifetime))
  }

  /** A new id; `false` where the handler could make none. */
  async createId(): Promise<string | false> {
    const id = await this.#call<string>(() => this.#handler.createSid?.() ?? this.#owner.createId())
    return id === '' ? false : id
  }

  /** Whether a session of this id exists; yes where the handler has no verb for it, `undefined` where the verb failed. */
  async exists(id: string): Promise<boolean | undefined> {
    try {
      return (await this.#handler.validateId?.(id)) ?? true
    } catch (error) {
      this.#failed(error)
      return undefined
    }
  }

  /** What a handler answers at once is not made a promise of. */
  #call<T>(verb: () => Awaitable<T | false>): Awaitable<T | false> {
    try {
      const answer = verb()
      return answer instanceof Promise ? answer.catch((error: unknown) => this.#failed(error)) : answer
    } catch (error) {
      return this.#failed(error)
    }
  }

  #failed(error: unknown): false {
    if (!(error instanceof SaveHandlerFailure)) throw error
    this.#owner.handlerSaid(error.message)
    return false
  }
}
