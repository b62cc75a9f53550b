import { pathToFileURL } from 'node:url'
import { forgetUser, trialUser } from '../site/trial-user.ts'
import { reasonOf } from '../../session/stores/failure.ts'
import { type Exports, exportsOf } from './exports.ts'
import { type Played, playDefinition } from './play.ts'
import type { Definition, Exported } from './exports.ts'

const nothing: Exports = { definitions: [], stores: [], rings: [] }

/** A module with the definition of sessions, to be examined. */
export class ModulePatient {
  readonly file: string
  readonly now: () => number
  readonly exports: Exports
  /** Why it could not be imported; undefined when it could. */
  readonly failure: string | undefined
  readonly #played = new Map<Definition, Promise<Played>>()

  private constructor(file: string, exports: Exports, { failure, now }: { failure?: string; now: () => number }) {
    this.file = file
    this.exports = exports
    this.failure = failure
    this.now = now
  }

  /** Imports the module: what stands at its top level happens. */
  static async load(file: string, now: () => number = Date.now): Promise<ModulePatient> {
    try {
      const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
      return new ModulePatient(file, exportsOf(module), { now })
    } catch (error) {
      return new ModulePatient(file, nothing, { failure: reasonOf(error), now })
    }
  }

  /** What a visitor sees of a definition, from the first page to the logout; played once. */
  play({ value }: Exported<Definition>): Promise<Played> {
    const played = this.#played.get(value) ?? this.#playOnce(value)
    this.#played.set(value, played)
    return played
  }

  async #playOnce(definition: Definition): Promise<Played> {
    const user = trialUser()
    try {
      return await playDefinition(definition, { user, now: this.now })
    } finally {
      for (const { value: store } of this.exports.stores) await forgetUser(store, user)
    }
  }

  async close(): Promise<void> {
    const { definitions, stores } = this.exports
    await Promise.allSettled(definitions.map(({ value }) => value.close()))
    await Promise.allSettled(stores.map(async ({ value }) => value.close?.()))
  }
}
