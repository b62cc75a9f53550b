import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionStore } from 'sekisho/store'
import type { SettingsView } from '../config/directive.ts'
import { DBDParams, DBDriver } from '../config/directives/dbd.ts'
import { Session, SessionStore as SessionStoreDirective, SessionStoreFileName } from '../config/directives/session.ts'
import type { LoadedConfig } from '../config/load-node.ts'
import { type SessionPolicy, sessionPolicy } from '../config/session-policy.ts'
import type { Place } from '../config/source.ts'
import { ConfigFailure, isError } from '../server/config-failure.ts'
import { readSource } from '../server/running-server.ts'
import { diagnosticAt, ProblemError } from '../session/problems.ts'
import { type GatewayState, lookAtState } from '../session/state-node.ts'
import type { PreparedStore } from '../session/stores/prepared-store.ts'
import { SessionFileName } from '../session/stores/files/session-file-name-node.ts'
import { openStore } from '../session/stores/open-store-node.ts'
import { sessionSections } from '../session/views.ts'
import { CommandError, exitCodes } from '../command/terminal/command-error.ts'
import { configurationFile } from '../command/terminal/configuration-file.ts'
import { readied, storeFailure } from './readied.ts'

/** A site that is looked at from outside of the gateway that serves it. */
export interface SiteSource {
  /** The configuration file. */
  readonly file: string
  /** Where the gateway keeps its own files (default: that of the system). */
  readonly stateDirectory?: string
  /** Takes directives that nobody knows for warnings (default false). */
  readonly lenient?: boolean
  /** Names that `<IfDefine>` finds (default none). */
  readonly defines?: readonly string[]
  /** Only the sections whose title has this text in it, or the store of this id (default: all). */
  readonly section?: string
}

/** A section that keeps its sessions in a store. */
export interface StoredSection {
  readonly title: string
  readonly settings: SettingsView
  readonly policy: SessionPolicy
}

/** A store of a site, for one section or several. */
export interface SiteStore {
  /** `file`, `dbd` or `redis`, and a number behind it from the second of a kind on. */
  readonly id: string
  readonly sections: readonly StoredSection[]
  /** The line that says where it is. */
  readonly place: Place
  readonly prepared: PreparedStore
  readonly store: SessionStore
  /** What its connection has said last. */
  trouble(): unknown
}

/** Sections whose sessions no command can reach, and why. */
export interface Elsewhere {
  /** `cookie`: visitors keep them; `memory`: the running gateway does; `nowhere`: the place does not exist yet. */
  readonly kind: 'cookie' | 'memory' | 'nowhere'
  readonly sections: readonly string[]
  readonly place: Place
  /** The directory or file that is not there. */
  readonly path?: string
}

/** The stores of a site, open. */
export interface SiteStores {
  readonly config: LoadedConfig
  readonly state: GatewayState
  readonly stores: readonly SiteStore[]
  readonly elsewhere: readonly Elsewhere[]
  /** Ends connections. */
  close(): Promise<void>
}

/** How stores are opened. */
export interface OpenOptions {
  /** Makes directories and files that are not there, for whoever wants to write (default false). */
  readonly create?: boolean
}

/**
 * Opens the stores that a configuration names, each once, and waits until they answer. What was never made stays so: somebody who
 * only looks must not leave a directory that belongs to the wrong user.
 *
 * @throws ConfigFailure for a configuration that cannot be used, CommandError for one that is not there, a section that it does
 *   not have, or a store that does not answer.
 */
export async function openSiteStores(source: SiteSource, { create = false }: OpenOptions = {}): Promise<SiteStores> {
  const { config } = readSource({ ...source, file: configurationFile(source.file), workers: 1 })
  if (!config.usable) throw new ConfigFailure(config.diagnostics.filter(isError), config.sources)
  const { stateDirectory: directory } = source
  const state = lookAtState(directory === undefined ? {} : { directory })
  const opening = new Opening(config, state, create)
  try {
    for (const section of storedSections(config)) await opening.add(section)
    const chosen = opening.chosen(source.section)
    await Promise.all(chosen.stores.map(readied))
    return { config, state, ...chosen, close: () => opening.close() }
  } catch (error) {
    await opening.close()
    throw error
  }
}

function* storedSections({ site }: LoadedConfig): Generator<StoredSection> {
  for (const { title, settings } of sessionSections(site)) {
    const policy = sessionPolicy(settings)
    if (policy !== undefined) yield { title, settings, policy }
  }
}

type Growing<T extends { readonly sections: readonly unknown[] }> = Omit<T, 'sections'> & {
  readonly sections: T['sections'][number][]
}

/** Stores while they are being opened. */
class Opening {
  readonly #config: LoadedConfig
  readonly #state: GatewayState
  readonly #create: boolean
  readonly #stores = new Map<PreparedStore, Growing<SiteStore>>()
  readonly #elsewhere = new Map<string, Growing<Elsewhere>>()
  readonly #releases: (() => Promise<void>)[] = []

  constructor(config: LoadedConfig, state: GatewayState, create: boolean) {
    this.#config = config
    this.#state = state
    this.#create = create
  }

  async add(section: StoredSection): Promise<void> {
    const { policy } = section
    if (policy.store === 'cookie' || policy.store === 'memory') this.#note({ kind: policy.store, ...this.#at(section) })
    else {
      const path = this.#create ? undefined : this.#within(section, () => missingPath(section, this.#state))
      if (path === undefined) await this.#open(policy.store, section)
      else this.#note({ kind: 'nowhere', ...this.#at(section), path })
    }
  }

  /** What a name of a section chooses. */
  chosen(name: string | undefined): Pick<SiteStores, 'stores' | 'elsewhere'> {
    const [stores, elsewhere] = [[...this.#stores.values()], [...this.#elsewhere.values()]]
    if (name === undefined) return { stores, elsewhere }
    const wanted = name.toLowerCase()
    const isWanted = (title: string): boolean => title.toLowerCase().includes(wanted)
    const found = {
      stores: stores.filter(({ id, sections }) => id === wanted || sections.some(({ title }) => isWanted(title))),
      elsewhere: elsewhere.filter(({ kind, sections }) => kind === wanted || sections.some(isWanted)),
    }
    if (found.stores.length + found.elsewhere.length > 0) return found
    const titles = [
      ...stores.flatMap(({ sections }) => sections.map(({ title }) => title)),
      ...elsewhere.flatMap(({ sections }) => sections),
    ]
    throw noSection(name, titles)
  }

  async close(): Promise<void> {
    await Promise.all(this.#releases.splice(0).map((release) => release()))
  }

  async #open(kind: 'file' | 'dbd' | 'redis', section: StoredSection): Promise<void> {
    let trouble: unknown
    const around = { state: this.#state, workers: 1, onError: (error: unknown) => void (trouble = error) }
    const { lease, at } = await this.#within(section, () => openStore(kind, section.settings, around))
    this.#releases.push(() => lease.release())
    const known = this.#stores.get(lease.resource)
    if (known !== undefined) return void known.sections.push(section)
    const before = [...this.#stores.values()].filter(({ id }) => id.startsWith(kind)).length
    this.#stores.set(lease.resource, {
      id: before === 0 ? kind : `${kind}-${before + 1}`,
      sections: [section],
      place: section.settings.placeOf(at) ?? this.#at(section).place,
      prepared: lease.resource,
      store: lease.resource.lent,
      trouble: () => trouble,
    })
  }

  #note(elsewhere: Growing<Elsewhere>): void {
    const key = JSON.stringify([elsewhere.kind, elsewhere.path])
    const known = this.#elsewhere.get(key)
    if (known === undefined) this.#elsewhere.set(key, elsewhere)
    else known.sections.push(...elsewhere.sections)
  }

  #at({ title, settings }: StoredSection): { sections: string[]; place: Place } {
    const place = settings.placeOf(SessionStoreDirective) ?? settings.placeOf(Session)
    return { sections: [title], place: place ?? { file: this.#config.serverRoot, line: 1, column: 1 } }
  }

  /** What the work throws, as something that a person can mend. */
  #within<T>(section: StoredSection, work: () => T): T {
    const told = (error: unknown): never => {
      if (!(error instanceof ProblemError))
        throw storeFailure({ id: section.policy.store, place: this.#at(section).place }, error)
      const problem = diagnosticAt(section.settings, error.problem, { ...error.context, severity: 'error' })
      throw new ConfigFailure([problem], this.#config.sources)
    }
    try {
      const result = work()
      return result instanceof Promise ? (result.catch(told) as T) : result
    } catch (error) {
      return told(error)
    }
  }
}

/** The directory or the file of a store that nobody has made yet. */
function missingPath({ settings, policy }: StoredSection, { directory }: GatewayState): string | undefined {
  const path = pathOf(settings, policy, directory)
  return path === undefined || existsSync(path) ? undefined : path
}

function pathOf(settings: SettingsView, { store }: SessionPolicy, directory: string): string | undefined {
  if (store === 'dbd') return settings.get(DBDriver) === 'sqlite3' ? settings.get(DBDParams) : undefined
  if (store !== 'file') return undefined
  const pattern = settings.get(SessionStoreFileName)
  return pattern === undefined ? join(directory, 'sessions') : new SessionFileName(pattern).directory
}

function noSection(name: string, titles: readonly string[]): CommandError {
  return new CommandError(
    {
      code: 'no-such-section',
      what: `No section with sessions is called ${JSON.stringify(name)}`,
      why:
        titles.length === 0
          ? 'no section of the configuration has sessions'
          : `sections with sessions: ${[...new Set(titles)].join(', ')}`,
      fix: 'give a part of the title of one of them, such as its path, or leave the option out',
    },
    { exitCode: exitCodes.usage },
  )
}
