/**
 * Who holds a lock, and whether he still lives. The content of every lock is one of these identities.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { errnoOf } from './fs-node.ts'

/** One thread's claim to be somebody, as it stands in its lock files. */
export interface Identity {
  /** The kernel's boot id; empty where there is no /proc. */
  readonly bootId: string
  /** The pid namespace in which `pid` means something; empty where there is no /proc. */
  readonly pidNamespace: string
  readonly pid: number
  /** When the process began (/proc/<pid>/stat, field 22), so that a reused pid is not taken for it; empty without /proc. */
  readonly startTime: string
  /** 16 random hexadecimal digits: never used twice. */
  readonly nonce: string
}

/** @returns An identity for the calling thread. */
export function newIdentity(): Identity {
  return {
    bootId: readOr('/proc/sys/kernel/random/boot_id', ''),
    pidNamespace: linkOr('/proc/self/ns/pid', ''),
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    nonce: randomBytes(8).toString('hex'),
  }
}

/** @returns The identity in a lock file, `undefined` when it holds anything else. */
export function parseIdentity(text: string): Identity | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isIdentity(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a holder is certainly gone, seen from `self`. What cannot be known is `unknown`: a process in another pid
 * namespace (a container), on another machine (a network file system), or any live one where there is no /proc.
 */
export function judge(holder: Identity, self: Identity, oneMachine: boolean): 'alive' | 'dead' | 'unknown' {
  if (holder.bootId !== self.bootId) return oneMachine ? 'dead' : 'unknown'
  if (holder.pidNamespace !== self.pidNamespace) return 'unknown'
  if (self.pidNamespace === '') return signalReaches(holder.pid) ? 'unknown' : 'dead'
  return startTimeOf(holder.pid) === holder.startTime ? 'alive' : 'dead'
}

function isIdentity(value: unknown): value is Identity {
  if (typeof value !== 'object' || value === null) return false
  const { bootId, pidNamespace, pid, startTime, nonce } = value as Record<string, unknown>
  const texts = [bootId, pidNamespace, startTime].every((text) => typeof text === 'string')
  return texts && Number.isSafeInteger(pid) && typeof nonce === 'string' && /^[0-9a-f]{16}$/.test(nonce)
}

/** A process that has ended but was not yet waited for (state Z or X) does nothing any more: it counts as gone. */
function startTimeOf(pid: number): string | undefined {
  const stat = readOr(`/proc/${pid}/stat`, '')
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) !== 'ESRCH'
  }
}

/** Missing is an answer; any other failure (too many open files) must not pass for a dead holder. */
function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'latin1').trim()
  } catch (error) {
    if (isAbsence(error)) return otherwise
    throw error
  }
}

function linkOr(path: string, otherwise: string): string {
  try {
    return readlinkSync(path)
  } catch (error) {
    if (isAbsence(error)) return otherwise
    throw error
  }
}

/** ESRCH: the process ended between the opening and the reading of its file; EACCES: a sandbox hides /proc. */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ESRCH', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? '')
}
