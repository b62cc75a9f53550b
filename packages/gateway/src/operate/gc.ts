import { setTimeout as pause } from 'node:timers/promises'
import { channels } from 'sekisho/events'
import type { SessionStore } from 'sekisho/store'
import { MysqlStore } from 'sekisho/store/mysql'
import { pagesOf, type Listable } from './pages.ts'

/** How expired sessions are removed. */
export interface GcOptions {
  /** At most so many (default: all). */
  readonly limit?: number
  readonly signal: AbortSignal
  /** Is told how many have been removed so far. */
  onProgress?(removed: number): void
  /** Is told that so many sessions seem to have died at once that the clock may be wrong, and that this waits to find out. */
  onSuspicion?(reason: string, waitMs: number): void
}

/** So many are removed at a time; other work of the store comes in between. */
const batchSize = 500
/** As long as a batch took is paused behind it, within these bounds: at most half of the store's time goes to this. */
const pauseMs = { least: 5, most: 250 }
/** A store without an index of times looks at so many rows at a time, and goes on behind them with the next batch. */
const rowsPerSweep = 10_000
/** After that a store believes its clock; a little longer, because its patience began during the batch. */
const patienceMs = 61_000

/**
 * Removes expired sessions of a store in small batches, beside live traffic and other sweepers. Each batch is whole by itself:
 * whoever ends early loses nothing, and goes on by starting again.
 *
 * @returns How many were removed; when it was interrupted, the signal's reason is thrown.
 */
export async function removeExpired(store: SessionStore, options: GcOptions): Promise<number> {
  const suspicion = new Suspicion()
  try {
    return await removeInBatches(store, options, suspicion)
  } finally {
    suspicion.close()
  }
}

async function removeInBatches(store: SessionStore, options: GcOptions, suspicion: Suspicion): Promise<number> {
  const { limit = Infinity, signal } = options
  // A batch that finds nothing is the last one only after the whole store may have been looked at.
  const rounds = Math.ceil(((await store.transfer?.estimate()) ?? 0) / rowsPerSweep) + 1
  let removed = 0
  for (let idle = 0; idle < rounds && removed < limit;) {
    signal.throwIfAborted()
    const wanted = Math.min(batchSize, limit - removed)
    const began = performance.now()
    const found = await store.sweep(wanted)
    removed += found
    idle = found < wanted ? idle + 1 : 0
    options.onProgress?.(removed)
    const reason = suspicion.take()
    if (reason !== undefined) {
      options.onSuspicion?.(reason, patienceMs)
      idle = 0
    }
    const waitMs = reason === undefined ? between(performance.now() - began) : patienceMs
    if (found > 0 || reason !== undefined) await waited(waitMs, signal)
  }
  return removed
}

/** Waits, and not longer than nobody interrupts. @throws The signal's reason. */
async function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/**
 * About how many expired sessions a store holds: what is in it, without what lives.
 *
 * @returns Undefined where the store counts only what lives.
 */
export async function countExpired(listable: Listable, signal: AbortSignal): Promise<number | undefined> {
  if (listable.store instanceof MysqlStore) return undefined
  let living = 0
  for await (const page of pagesOf(listable, signal)) living += page.length
  const all = (await listable.store.transfer?.estimate()) ?? living
  return Math.max(0, all - living)
}

function between(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, pauseMs.least), pauseMs.most)
}

/** Hears a store say that it has stopped, because more has died at once than is plausible. */
class Suspicion {
  #reason: string | undefined
  readonly #note = (message: unknown): void => {
    this.#reason = (message as { readonly reason: string }).reason
  }

  constructor() {
    channels['sweep-stopped'].subscribe(this.#note)
  }

  /** What was said since the last time. */
  take(): string | undefined {
    const reason = this.#reason
    this.#reason = undefined
    return reason
  }

  close(): void {
    channels['sweep-stopped'].unsubscribe(this.#note)
  }
}
