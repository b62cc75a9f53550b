import { resolve } from 'node:path'
import { type ConfigFiles, diskFiles } from '../config/files-node.ts'
import { loadConfig, type LoadedConfig, type LoadOptions } from '../config/load-node.ts'
import type { GenerationSource } from './generation.ts'

/** How a site is served. */
export interface ServeOptions {
  /** The configuration file, absolute. */
  readonly file: string
  /** How many processes serve it; 1: this one. */
  readonly workers: number
  /** Where the gateway keeps its own files (default: that of the system). */
  readonly stateDirectory?: string
  /** Takes directives that nobody knows for warnings (default false). */
  readonly lenient?: boolean
  /** Names that `<IfDefine>` finds (default none). */
  readonly defines?: readonly string[]
  /** How long what runs may take when the gateway ends, in milliseconds (default 30 s). */
  readonly drainMs?: number
}

/** A gateway that serves, in one process or in several. */
export interface RunningServer {
  /** @throws ConfigFailure when the configuration cannot be used. @returns It. */
  start(): Promise<LoadedConfig>
  /** Reads the configuration anew. What cannot be used changes nothing; the log says why. */
  reload(): Promise<void>
  reopenLogs(): void
  /** Finishes what runs. */
  stop(): Promise<void>
}

/** Texts of configuration files by their paths: what one process has checked, another reads. */
export type Snapshot = Readonly<Record<string, string>>

/** Reads the configuration. @param snapshot What was read before, in the place of what is on the disk now. */
export function readSource(
  { file, lenient = false, defines = [] }: ServeOptions,
  snapshot?: Snapshot,
): GenerationSource {
  const load: LoadOptions = { lenient, defines, files: snapshot === undefined ? diskFiles : filesOf(snapshot) }
  // A `.htaccess` is read when its turn comes, and never from a snapshot.
  return { config: loadConfig(resolve(file), load), load: { ...load, files: diskFiles } }
}

/** What a configuration was read from. */
export function snapshotOf({ sources }: LoadedConfig): Snapshot {
  return Object.fromEntries([...sources].map(([path, { text }]) => [path, text]))
}

function filesOf(snapshot: Snapshot): ConfigFiles {
  return { ...diskFiles, read: (path) => snapshot[path] ?? diskFiles.read(path) }
}
