import { join } from 'node:path'
import { FileStore } from 'sekisho/store/file'
import { MemoryStore } from 'sekisho/store/memory'
import { rowSessions } from 'sekisho/store/rows'
import type { Problem } from '../../config/diagnostics.ts'
import { missingRedis } from '../../config/missing-store.ts'
import type { Directive, SettingsView } from '../../config/directive.ts'
import { DBDParams } from '../../config/directives/dbd.ts'
import { SessionRedisURL, SessionStore, SessionStoreFileName } from '../../config/directives/session.ts'
import { about, ProblemError } from '../problems.ts'
import type { Lease } from '../shared-resources.ts'
import type { GatewayState } from '../state-node.ts'
import { databasePlan, databaseStore, unfencedProblem } from './dbd/database-store.ts'
import { checkDirectory } from './files/file-directory-node.ts'
import { FileRows } from './files/file-rows-node.ts'
import { SessionFileName } from './files/session-file-name-node.ts'
import { PreparedStore } from './prepared-store.ts'

/** A store of sessions that are not in the cookie. */
export interface OpenedStore {
  readonly lease: Lease<PreparedStore>
  /** The directive that says where it is. */
  readonly at: Directive
  /** What is not as it should be, and can be lived with. */
  readonly weakness: Problem | undefined
}

/** What stores are opened with. */
export interface StoreSurroundings {
  readonly state: GatewayState
  readonly workers: number
  /** Is told what goes wrong beside requests. */
  onError(error: unknown): void
}

/**
 * Opens the store of a section, or takes the one that another section has opened.
 *
 * @throws ProblemError for what the directives cannot mean; a store that does not answer is found out by `ready`.
 */
export async function openStore(
  name: 'file' | 'dbd' | 'redis' | 'memory',
  settings: SettingsView,
  around: StoreSurroundings,
): Promise<OpenedStore> {
  switch (name) {
    case 'file':
      return fileStore(settings, around)
    case 'dbd':
      return dbdStore(settings, around)
    case 'redis':
      return redisStore(settings, around)
    case 'memory':
      return memoryStore(around)
  }
}

function fileStore(settings: SettingsView, { state }: StoreSurroundings): OpenedStore {
  const pattern = settings.get(SessionStoreFileName)
  if (pattern === undefined) return ownFileStore(join(state.directory, 'sessions'), state)
  const name = about(SessionStoreFileName, () => new SessionFileName(pattern))
  const weakness = checkDirectory(name.directory)
  const open = () => {
    const store = rowSessions(new FileRows(name))
    return new PreparedStore({ store, prepare: async () => void checkDirectory(name.directory) })
  }
  return { lease: state.resources.take(`files ${pattern}`, open), at: SessionStoreFileName, weakness }
}

function ownFileStore(directory: string, { resources }: GatewayState): OpenedStore {
  const open = () => {
    const store = new FileStore({ directory })
    return new PreparedStore({ store, prepare: () => store.ready() })
  }
  return { lease: resources.take(`directory ${directory}`, open), at: SessionStore, weakness: undefined }
}

async function dbdStore(settings: SettingsView, { state, onError }: StoreSurroundings): Promise<OpenedStore> {
  const plan = databasePlan(settings)
  const lease = await databaseStore(plan, state.resources, onError)
  return { lease, at: DBDParams, weakness: unfencedProblem(plan) }
}

async function redisStore(settings: SettingsView, { state, onError }: StoreSurroundings): Promise<OpenedStore> {
  const url = settings.get(SessionRedisURL)
  if (url === undefined) throw new ProblemError(missingRedis, { severity: 'warning' })
  const redis = await import('./redis-store.ts')
  const lease = state.resources.take(`redis ${url}`, () => redis.redisStore(url, onError))
  return { lease, at: SessionRedisURL, weakness: undefined }
}

function memoryStore({ state, workers }: StoreSurroundings): OpenedStore {
  if (workers > 1) throw new ProblemError(severalWorkers(workers), { at: SessionStore })
  const open = () => new PreparedStore({ store: new MemoryStore(), prepare: async () => {} })
  return { lease: state.resources.take('memory', open), at: SessionStore, weakness: undefined }
}

function severalWorkers(workers: number): Problem {
  const message = `SessionStore memory needs a single process, and there are ${workers}: each would have sessions of its own`
  return {
    code: 'bad-value',
    message,
    expected: 'one worker',
    found: `${workers} workers`,
    fix: 'write SessionStore file',
  }
}
