import { readFile, stat } from 'node:fs/promises'
import { quoted } from '../../session/stores/files/file-faults-node.ts'
import { AuthFault } from '../fault.ts'

/** Larger ones are refused: a file of users is no such size. */
const largest = 64 * 1024 * 1024
/** How often a file that changes while it is read is read again. */
const tries = 3

/** How a file is watched. */
export interface WatchOptions {
  /** For how many milliseconds a file is taken as unchanged without looking (default 1000). */
  readonly recheckMs?: number
  /** The time in milliseconds, from any start (default: `performance.now()`). */
  now?(): number
}

/** How the contents of a file are understood, and how its failures are told. */
export interface WatchedKind<Content> {
  /** `AH01620: Could not open password file`. */
  readonly failure: string
  read(text: string, path: string): Content
}

/**
 * The contents of a file that others change: looked at no more than once a second, and only by those who ask. One that cannot
 * be read counts as such until it can: what it said before may be what somebody took away.
 */
export class WatchedFile<Content> {
  readonly path: string
  readonly #kind: WatchedKind<Content>
  readonly #recheckMs: number
  readonly #now: () => number
  #stamp: string | undefined
  #content: Content | undefined
  #fault: AuthFault | undefined
  #checkedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<Content> | undefined

  constructor(
    path: string,
    kind: WatchedKind<Content>,
    { recheckMs = 1000, now = () => performance.now() }: WatchOptions = {},
  ) {
    this.path = path
    this.#kind = kind
    this.#recheckMs = recheckMs
    this.#now = now
  }

  /** @throws AuthFault with the reason `file` when it cannot be read. */
  async content(): Promise<Content> {
    if (this.#looking !== undefined) return this.#looking
    if (this.#now() - this.#checkedAt < this.#recheckMs) {
      if (this.#fault !== undefined) throw this.#fault
      if (this.#content !== undefined) return this.#content
    }
    this.#looking = this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  async #look(): Promise<Content> {
    this.#checkedAt = this.#now()
    try {
      const content = await this.#current()
      this.#fault = undefined
      return content
    } catch (error) {
      this.#stamp = undefined
      this.#content = undefined
      this.#fault = fault(this.path, this.#kind.failure, error)
      throw this.#fault
    }
  }

  async #current(): Promise<Content> {
    let stamp = await stampOf(this.path)
    if (stamp === this.#stamp && this.#content !== undefined) return this.#content
    let text = ''
    for (let turn = 0; turn < tries; turn += 1) {
      text = new TextDecoder().decode(await readFile(this.path))
      const before = stamp
      stamp = await stampOf(this.path)
      if (stamp === before) break
    }
    this.#content = this.#kind.read(text, this.path)
    this.#stamp = stamp
    return this.#content
  }
}

/** Changes when the file does. */
async function stampOf(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true })
  if (!stats.isFile()) throw new Error('it is no regular file')
  if (stats.size > largest) throw new Error(`it is larger than ${largest} bytes`)
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
}

function fault(path: string, failure: string, cause: unknown): AuthFault {
  const { code } = cause as { code?: string }
  const message = `${failure}: ${path}`
  if (code !== 'EACCES' && code !== 'EPERM')
    return new AuthFault('file', `${message} (${code ?? (cause as Error).message})`, { cause })
  const fix = permissionFix(path)
  return new AuthFault('file', `Permission denied: ${path} (${failure}; let the gateway read it: ${fix})`, { cause })
}

/** The command that lets the group of this process read a file, and nobody else. */
export function permissionFix(path: string): string {
  const word = quoted(path)
  return `sudo chown root:${process.getegid?.() ?? 'GROUP'} ${word} && sudo chmod 640 ${word}`
}
