import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SessionRedisURL, SessionStoreFileName } from '../../config/directives/session.ts'
import type { SettingsView } from '../../config/directive.ts'
import { DBDParams, DBDriver } from '../../config/directives/dbd.ts'
import { ProblemError } from '../../session/problems.ts'
import { type DatabasePlan, databasePlan } from '../../session/stores/dbd/database-store.ts'
import { SessionFileName } from '../../session/stores/files/session-file-name-node.ts'
import type { Subject } from '../check.ts'
import type { Section } from './sections.ts'

/** Where sessions are kept on the server, each place once. */
export interface StoreSubject extends Subject {
  readonly kind: 'file' | 'dbd' | 'redis' | 'memory'
  /** A section that keeps its sessions there, for the directives that say so. */
  readonly settings: SettingsView
}

/** A directory of sessions. */
export interface DirectorySubject extends StoreSubject {
  readonly kind: 'file'
  readonly directory: string
  /** The gateway makes the directory itself when it is missing. */
  readonly isOwn: boolean
}

/** The stores of some sections. @param stateDirectory Where sessions are that no directive gives a place to. */
export function storesOf(sections: readonly Section[], stateDirectory: string): (StoreSubject | DirectorySubject)[] {
  const stores = new Map<string, StoreSubject>()
  for (const section of sections) {
    const store = storeOf(section, stateDirectory)
    if (store !== undefined && !stores.has(store.key)) stores.set(store.key, store)
  }
  return [...stores.values()]
}

/** The key of the store that a section uses; undefined where sessions are in the cookie. */
export function storeKeyOf({ settings, policy }: Pick<Section, 'settings' | 'policy'>): string | undefined {
  switch (policy.store) {
    case 'cookie':
      return undefined
    case 'file':
      return `file ${policy.fileName ?? ''}`
    case 'dbd':
      return `dbd ${settings.get(DBDriver) ?? ''} ${settings.get(DBDParams) ?? ''} ${statementKey(settings)}`
    case 'redis':
      return `redis ${settings.get(SessionRedisURL) ?? ''}`
    case 'memory':
      return 'memory'
  }
}

function storeOf(section: Section, stateDirectory: string): StoreSubject | DirectorySubject | undefined {
  const { policy, settings } = section
  const key = storeKeyOf(section)
  if (key === undefined || policy.store === 'cookie') return undefined
  const kind = policy.store
  if (kind !== 'file') return { key, kind, settings, name: nameOf(kind, settings) }
  const directory = directoryOf(settings, stateDirectory)
  return { key, kind, settings, directory, isOwn: policy.fileName === undefined, name: `the directory ${directory}` }
}

/** The directory of a file store; for a pattern that cannot be used, the pattern itself, of which the checker tells. */
function directoryOf(settings: SettingsView, stateDirectory: string): string {
  const pattern = settings.get(SessionStoreFileName)
  if (pattern === undefined) return join(stateDirectory, 'sessions')
  try {
    return new SessionFileName(pattern).directory
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return pattern
  }
}

const drivers = { pgsql: 'PostgreSQL', mysql: 'MariaDB', sqlite3: 'SQLite' } as const

function nameOf(kind: Exclude<StoreSubject['kind'], 'file'>, settings: SettingsView): string {
  if (kind === 'redis') return 'Redis'
  if (kind === 'memory') return "the gateway's memory"
  const driver = settings.get(DBDriver)
  return driver === undefined ? 'the database' : drivers[driver]
}

/** Sites with statements of their own have tables of their own. */
function statementKey(settings: SettingsView): string {
  const plan = planOf(settings)
  return 'problem' in plan ? '' : JSON.stringify(plan.statements ?? null)
}

/** What the DBD directives add up to, or what is wrong with them. */
export function planOf(settings: SettingsView): DatabasePlan | ProblemError {
  try {
    return databasePlan(settings)
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}

/** Whether a plan is for a SQLite file that is not there yet: opening it would make it. */
export function isFileMissing({ driver, terms: { params } }: DatabasePlan): boolean {
  return driver === 'sqlite3' && params !== ':memory:' && !existsSync(params)
}
