import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { SekishoError } from '../../errors.ts'
import { isAddress } from '../../lib/address.ts'
import type { PrincipalIndex } from '../contract.ts'
import { attempt, isMissing } from './fs-node.ts'
import type { Home } from './home-node.ts'
import type { FileLocks } from './lock-node.ts'
import { readSmallFile } from './small-file-node.ts'
import { writing, type Staging } from './staging-node.ts'

const epochName = 'epoch'
const epochBytes = 32
const nothing = new Uint8Array()

/** What a {@link FilePrincipals} works with. */
export interface FilePrincipalsParts {
  readonly home: Home
  readonly locks: FileLocks
  readonly staging: Staging
  readonly now: () => number
}

/**
 * The sessions of each principal: a directory named by a hash, in it one empty file per session whose modification time is
 * the entry's expiry, and the epoch, which stays for ever because it must never fall.
 */
export class FilePrincipals implements PrincipalIndex {
  readonly #parts: FilePrincipalsParts

  constructor(parts: FilePrincipalsParts) {
    this.#parts = parts
  }

  /** @returns The principal's epoch, 0 when it was never raised. */
  async epoch(principal: string): Promise<number> {
    const { home } = this.#parts
    return writing(home, 'read an epoch', async () => readEpoch(home, hashOf(principal)))
  }

  /** Raises the epoch by one. @returns The new epoch. */
  async raiseEpoch(principal: string): Promise<number> {
    const { home, locks, staging } = this.#parts
    const hash = hashOf(principal)
    return writing(home, 'raise an epoch', async () => {
      for (;;) {
        const epoch = readEpoch(home, hash)
        await this.#makeDirectory(hash)
        const staged = await staging.stage(new TextEncoder().encode(`${epoch + 1}\n`), this.#parts.now())
        try {
          const isRaised = await locks.hold(lockOf(hash), () => {
            if (readEpoch(home, hash) !== epoch) return false
            staging.publish(staged, join(directoryOf(home, hash), epochName))
            return true
          })
          if (!isRaised) continue
        } finally {
          staging.discard(staged)
        }
        await staging.settle(directoryOf(home, hash))
        return epoch + 1
      }
    })
  }

  /** Adds a session; adding it again moves its expiry. */
  async add(principal: string, address: string, expiresInMs: number): Promise<void> {
    if (!isAddress(address)) return
    const { home, locks, staging } = this.#parts
    const hash = hashOf(principal)
    const directory = directoryOf(home, hash)
    await writing(home, 'index a session', async () => {
      await this.#makeDirectory(hash)
      const staged = await staging.stage(nothing, this.#parts.now() + expiresInMs)
      try {
        // The lock keeps a sweep from removing the entry that it has just found expired.
        await locks.hold(lockOf(hash), () => staging.publish(staged, join(directory, address)))
      } catch (error) {
        staging.discard(staged)
        throw error
      }
      await staging.settle(directory)
    })
  }

  /** Removes a session from the list; unknown ones are no error. */
  async remove(principal: string, address: string): Promise<void> {
    if (!isAddress(address)) return
    const { home } = this.#parts
    await writing(home, 'remove a session from the index', async () => {
      const directory = directoryOf(home, hashOf(principal))
      if (isThere(home, hashOf(principal))) unlinkIfThere(home, join(directory, address))
    })
  }

  /** @returns The addresses of the principal's sessions, in no order, dangling ones included. */
  async list(principal: string): Promise<readonly string[]> {
    const { home } = this.#parts
    return writing(home, 'list sessions', async () => (await this.#names(hashOf(principal))).filter(isAddress))
  }

  /**
   * Drops the expired entries of one principal, and the directory when nothing is left in it.
   *
   * @param dueBefore Entries whose expiry is not later go.
   */
  async sweep(hash: string, dueBefore: number): Promise<void> {
    const { home, locks } = this.#parts
    const names = await this.#names(hash)
    const directory = directoryOf(home, hash)
    const isDue = (name: string): boolean => {
      const expiry = expiryOf(home, join(directory, name))
      return expiry !== undefined && expiry <= dueBefore
    }
    const expired = names.filter((name) => isAddress(name) && isDue(name))
    if (expired.length > 0) {
      locks.tryHold(lockOf(hash), () => {
        for (const name of expired) if (isDue(name)) unlinkIfThere(home, join(directory, name))
      })
    }
    // Refused by the system while anything is in it; who was about to add an entry makes the directory again.
    if (expired.length === names.length) attempt(() => home.fs.rmdir(directory))
  }

  async #makeDirectory(hash: string): Promise<void> {
    const { home, staging } = this.#parts
    await staging.makeShard('principals', hash.slice(0, 2))
    if (home.makeUnremembered(directoryOf(home, hash))) {
      await staging.settle(home.shardPath('principals', hash.slice(0, 2)))
    }
  }

  async #names(hash: string): Promise<string[]> {
    const { home } = this.#parts
    if (!isThere(home, hash)) return []
    try {
      return await home.fs.readdir(directoryOf(home, hash))
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }
}

/** JSON first, because UTF-8 alone makes all lone surrogates one and the same character, and two principals one. */
function hashOf(principal: string): string {
  return createHash('sha256').update(JSON.stringify(principal)).digest('hex')
}

function lockOf(hash: string): string {
  return `principal-${hash}`
}

function directoryOf(home: Home, hash: string): string {
  return join(home.shardPath('principals', hash.slice(0, 2)), hash)
}

function isThere(home: Home, hash: string): boolean {
  return home.has(home.shardPath('principals', hash.slice(0, 2))) && home.isThere(directoryOf(home, hash))
}

/** A broken epoch is a failure of the store: to read it as 0 would bring revoked sessions back. */
function readEpoch(home: Home, hash: string): number {
  if (!isThere(home, hash)) return 0
  const text = readSmallFile(home.fs, join(directoryOf(home, hash), epochName), epochBytes)?.text
  if (text === undefined) return 0
  if (/^[1-9]\d{0,15}\n$/.test(text)) return Number(text)
  throw new SekishoError('ERR_STORE_UNAVAILABLE', `the epoch of principal ${hash} is not readable`)
}

function expiryOf({ fs }: Home, path: string): number | undefined {
  try {
    return Math.round(fs.lstat(path).mtimeMs)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function unlinkIfThere({ fs }: Home, path: string): void {
  try {
    fs.unlink(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}
