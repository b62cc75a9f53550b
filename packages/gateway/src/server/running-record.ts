import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../lib/replace-file-node.ts'
import type { ServeOptions } from './running-server.ts'

/** A gateway that serves on this machine. */
export interface RunningGateway {
  /** The process that takes signals. */
  readonly pid: number
  /** The configuration that it serves, absolute. */
  readonly file: string
  /** What it takes for a warning, and what `<IfDefine>` finds, as {@link ServeOptions} say. */
  readonly lenient: boolean
  readonly defines: readonly string[]
}

interface Written extends RunningGateway {
  /** When the process began, as the system counts it: numbers of processes are given out again. */
  readonly born: string | undefined
}

/**
 * Writes down in the state directory that this process serves a configuration, so that `sekisho reload` finds it. Does nothing
 * where the directory cannot be written: serving is more important.
 *
 * @returns Takes the note away.
 */
export function recordRunning(
  stateDirectory: string,
  { file, lenient = false, defines = [] }: ServeOptions,
): () => void {
  const folder = join(stateDirectory, 'running')
  const note = join(folder, `${createHash('sha256').update(file).digest('hex').slice(0, 16)}.json`)
  const written: Written = { pid: process.pid, file, lenient, defines, born: bornAt(process.pid) }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    replaceFile(note, `${JSON.stringify(written)}\n`)
  } catch {
    return () => {}
  }
  return () => {
    if (read(note)?.pid === process.pid) rmSync(note, { force: true })
  }
}

/** The gateways with this state directory that still run. */
export function runningGateways(stateDirectory: string): RunningGateway[] {
  const folder = join(stateDirectory, 'running')
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const written = read(join(folder, name))
    return written !== undefined && isAlive(written) ? [written] : []
  })
}

/** Written in one piece by {@link recordRunning}; a note that somebody else has spoilt is none. */
function read(note: string): Written | undefined {
  try {
    return JSON.parse(readFileSync(note, 'utf8')) as Written
  } catch {
    return undefined
  }
}

function isAlive({ pid, born }: Written): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process is alive too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return bornAt(pid) === born
}

/** The 22nd field of `/proc/PID/stat`, counted behind the name, which may hold anything; undefined where there is no such file. */
function bornAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
