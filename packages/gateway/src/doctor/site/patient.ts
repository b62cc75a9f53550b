import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { KeyRing } from 'sekisho'
import { readKeyFile } from 'sekisho/keys'
import type { LoadedConfig, LoadOptions } from '../../config/load-node.ts'
import { Passphrases } from '../../session/passphrases/passphrase-pool.ts'
import { PassphraseReader, type SectionPassphrases } from '../../session/passphrases/section-passphrases.ts'
import { SharedResources } from '../../session/shared-resources.ts'
import type { GatewayState } from '../../session/state-node.ts'
import { opener } from '../../session/stores/dbd/database-store.ts'
import type { SessionDatabase } from '../../session/stores/dbd/database.ts'
import type { Redis } from 'ioredis'
import { SessionRedisURL } from '../../config/directives/session.ts'
import { redisClient } from '../../session/stores/redis-store.ts'
import { about } from '../../session/problems.ts'
import { DBDParams } from '../../config/directives/dbd.ts'
import { type Section, sectionsOf } from './sections.ts'
import { type DirectorySubject, planOf, type StoreSubject, storesOf } from './stores.ts'

const longestGoodbyeMs = 1000

/** What a {@link SitePatient} is made of. */
export interface SitePatientOptions {
  /** The configuration file, absolute. */
  readonly file: string
  readonly config: LoadedConfig
  /** How it was loaded. */
  readonly load: Pick<LoadOptions, 'lenient' | 'defines'>
  /** Where the gateway keeps its own files; it need not be there. */
  readonly stateDirectory: string
  /** Milliseconds since 1970 (default: `Date.now`). */
  now?(): number
}

/** A site to be examined: its configuration, and what that names, opened when a check first asks for it. */
export class SitePatient {
  readonly file: string
  readonly config: LoadedConfig
  readonly load: SitePatientOptions['load']
  readonly stateDirectory: string
  readonly sections: readonly Section[]
  readonly stores: readonly (StoreSubject | DirectorySubject)[]
  readonly now: () => number
  readonly #passphrases = new PassphraseReader()
  readonly #spoken = new Map<string, Promise<SectionPassphrases>>()
  readonly #databases = new Map<string, Promise<SessionDatabase>>()
  readonly #clients = new Map<string, Promise<Redis>>()
  readonly #closers: (() => void | Promise<void>)[] = []

  constructor({ file, config, load, stateDirectory, now = Date.now }: SitePatientOptions) {
    this.file = file
    this.load = load
    this.config = config
    this.stateDirectory = stateDirectory
    this.now = now
    this.sections = sectionsOf(config.site)
    this.stores = storesOf(this.sections, stateDirectory)
  }

  /** The sections, each way of keeping sessions once. */
  get policies(): Section[] {
    return [...new Map(this.sections.toReversed().map((section) => [section.key, section])).values()].toReversed()
  }

  /** The stores that are directories. */
  get directories(): DirectorySubject[] {
    return this.stores.filter((store) => 'directory' in store)
  }

  /** The passphrases of a section. A program that prints one runs once. */
  passphrases(section: Section): Promise<SectionPassphrases> {
    const spoken = this.#spoken.get(section.key) ?? this.#passphrases.read(section.settings)
    this.#spoken.set(section.key, spoken)
    return spoken
  }

  /** The database of a store, without its sessions: nothing is made in it. @throws ProblemError for what DBDParams cannot mean. */
  database(store: StoreSubject): Promise<SessionDatabase> {
    const opened = this.#databases.get(store.key) ?? this.#openDatabase(store)
    this.#databases.set(store.key, opened)
    return opened
  }

  /** A connection to the Redis of a store. @throws What the server says, or why it says nothing. */
  redis(store: StoreSubject): Promise<Redis> {
    const connected = this.#clients.get(store.key) ?? this.#connect(store)
    this.#clients.set(store.key, connected)
    return connected
  }

  /** The state of a gateway that is here for a trial only. Its keys are those of the site where they can be read. */
  trialState(directory: string): GatewayState {
    const keyRing = readKeys(join(this.stateDirectory, 'keys')) ?? new KeyRing([randomBytes(32)])
    return { directory, keyRing, resources: new SharedResources(), passphrases: new Passphrases() }
  }

  /** A connection that is still being made is not waited for. */
  async close(): Promise<void> {
    const closed = Promise.allSettled(this.#closers.map(async (close) => close()))
    await Promise.race([closed, pause(longestGoodbyeMs, undefined, { ref: false })])
  }

  async #openDatabase({ settings }: StoreSubject): Promise<SessionDatabase> {
    const plan = planOf(settings)
    if (plan instanceof Error) throw plan
    const open = await opener(plan.driver)
    const database = about(DBDParams, () => open({ ...plan.terms, onError: () => undefined }))
    this.#closers.push(() => database.close())
    return database
  }

  async #connect({ settings }: StoreSubject): Promise<Redis> {
    let reason: unknown
    const client = redisClient(settings.get(SessionRedisURL) ?? '', (error) => (reason ??= error))
    this.#closers.push(() => client.disconnect())
    try {
      await client.connect()
      return client
    } catch (error) {
      client.disconnect()
      // What broke the connection is told beside the command.
      throw reason ?? error
    }
  }
}

function readKeys(path: string): KeyRing | undefined {
  try {
    return readKeyFile(path)
  } catch {
    // What is wrong with the file is told by the check that is about it.
    return undefined
  }
}
