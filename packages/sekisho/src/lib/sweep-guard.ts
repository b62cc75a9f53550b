import { channels } from './events-node.ts'

/** Fewer records than this say nothing about the clock: a small site does lose all its sessions over lunch. */
const plausibleBelow = 100

/** Settings of a {@link SweepGuard}. */
export interface SweepGuardOptions {
  /** Milliseconds of the process's own time after which a later sweep may confirm an implausible one (60,000). */
  readonly confirmMs?: number
  /** A clock in milliseconds that never jumps (`performance.now`). */
  readonly steadyNow?: () => number
}

/**
 * Stops a sweep that is about to remove more than half of all records at once: then it is likelier that the clock has
 * jumped than that the sessions have died. Nobody notices the delay, because a dead record is unreadable anyway; but a
 * record that is still there lives again when the clock is set right.
 *
 * A guard keeps its suspicion in memory: each store object has its own, for as long as it sweeps.
 */
export class SweepGuard {
  readonly #confirmMs: number
  readonly #steadyNow: () => number
  #suspectSince: number | undefined

  /** @param options Settings; the defaults are meant for every store. */
  constructor(options: SweepGuardOptions = {}) {
    this.#confirmMs = options.confirmMs ?? 60_000
    this.#steadyNow = options.steadyNow ?? (() => performance.now())
  }

  /**
   * Whether a sweep may remove what it has found. The first refusal publishes `channels['sweep-stopped']`; once a later
   * sweep has confirmed it, everything is allowed until the share is plausible again.
   *
   * @param dead How many records the sweep would remove, now or in its next calls.
   * @param seen How many records it looked at, the dead ones included.
   */
  allows(dead: number, seen: number): boolean {
    if (seen < plausibleBelow || dead * 2 <= seen) {
      this.#suspectSince = undefined
      return true
    }
    const now = this.#steadyNow()
    if (this.#suspectSince === undefined) {
      this.#suspectSince = now
      channels['sweep-stopped'].publish({ reason: `${dead} of ${seen} records are dead at once` })
    }
    return now - this.#suspectSince >= this.#confirmMs
  }
}
