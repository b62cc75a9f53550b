/** Very many sessions at once, written as the stores write them. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NewLifetime, SessionRecord, SessionStore } from 'sekisho/store'
import { FileStore } from 'sekisho/store/file'

/** How many. */
export interface Crowd {
  readonly living: number
  /** So long that a sweep takes them. */
  readonly dead: number
}

export const life: NewLifetime = { idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 }
/** Longer than any test on a busy machine takes. */
const longLife: NewLifetime = { idleMs: 24 * 3_600_000, absoluteMs: 48 * 3_600_000 }
/** Longer than {@link life} and the grace of a sweep. */
const longAgoMs = 3_600_000

export function newAddress(): string {
  return randomBytes(32).toString('hex')
}

/** A session as the engine would write it, for somebody or nobody. */
export function recordOf(user?: string): SessionRecord {
  return {
    generation: user === undefined ? 0 : 1,
    current: randomBytes(32).toString('base64url'),
    ...(user !== undefined && { principal: user, epoch: 0 }),
    dataVersion: 1,
    writeIds: [randomBytes(8).toString('base64url')],
    payload: Buffer.from(JSON.stringify({ 'entry:cart': `cart=${randomBytes(12).toString('hex')}` })),
  }
}

/** Creates living sessions in any store. @returns Their addresses. */
export async function fill(store: SessionStore, count: number): Promise<string[]> {
  const addresses = Array.from({ length: count }, newAddress)
  const waiting = addresses.values()
  const work = async (): Promise<void> => {
    for (const address of waiting) await store.create(address, recordOf(), life)
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return addresses
}

/** A crowd in the directory of a {@link FileStore}: copies of one session that lives and of one that does not. */
export async function fillFiles(directory: string, { living, dead }: Crowd): Promise<void> {
  await copies(directory, living, { now: Date.now(), lifetime: longLife })
  await copies(directory, dead, { now: Date.now() - longAgoMs, lifetime: life })
}

async function copies(
  directory: string,
  count: number,
  { now, lifetime }: { readonly now: number; readonly lifetime: NewLifetime },
): Promise<void> {
  if (count === 0) return
  const store = new FileStore({ directory, now: () => now })
  const first = newAddress()
  await store.create(first, recordOf(), lifetime)
  store.close()
  const content = readFileSync(pathOf(directory, first))
  const due = (now + lifetime.idleMs) / 1000
  for (let made = 1; made < count; made += 1) {
    const path = pathOf(directory, newAddress())
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    writeFileSync(path, content, { mode: 0o600 })
    utimesSync(path, due, due)
  }
}

function pathOf(directory: string, address: string): string {
  return join(directory, 'sessions', address.slice(0, 2), address)
}

/** How many sessions of a store live. */
export async function countLiving({ transfer }: SessionStore): Promise<number> {
  let count = 0
  let cursor: string | undefined
  do {
    const page = await transfer?.scan(cursor, 1000)
    count += page?.sessions.length ?? 0
    cursor = page?.next
  } while (cursor !== undefined)
  return count
}
