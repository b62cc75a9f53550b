import { SekishoError } from '../errors.ts'
import { pause } from '../lib/pause.ts'
import type { Awaitable, LeaseLock } from '../store/contract.ts'
import { newWriteId } from './token.ts'

/** The first pause between two attempts, and the longest one: short beside what a request does, long beside a store's call. */
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 50

/** So many renewals fit into a lease: one that is late, or lost on its way, costs nothing yet. */
const RENEWALS_PER_LEASE = 3

/** How a {@link SessionLease} is taken. */
export interface LeaseTerms {
  /** Milliseconds to wait for whoever has the lock. */
  readonly waitMs: number
  /** Milliseconds after which the lock is free again when this process dies. */
  readonly leaseMs: number
  /** Gives a call of the store its deadline, and turns its failure into an event and a `SekishoError`. */
  readonly guard: <T>(verb: string, call: () => Awaitable<T>) => Awaitable<T>
}

/** One request's exclusive use of a session: taken, renewed for as long as the request runs, and given back. */
export class SessionLease {
  readonly #locks: LeaseLock
  readonly #address: string
  readonly #terms: LeaseTerms
  readonly #owner = newWriteId()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Until when the lock is certainly ours, on this process's clock: a lease counts from before it was asked for. */
  #sureUntil = 0
  #isLost = false
  #release: Promise<void> | undefined

  private constructor(locks: LeaseLock, address: string, terms: LeaseTerms) {
    this.#locks = locks
    this.#address = address
    this.#terms = terms
  }

  /**
   * Takes the lock of a session, after waiting for it as long as allowed. Those who wait get it in no order.
   *
   * @throws SekishoError `ERR_SESSION_LOCKED` when somebody else had it all the time; what `guard` throws when the store
   * failed, and then the lock is not left behind.
   */
  static async take(locks: LeaseLock, address: string, terms: LeaseTerms): Promise<SessionLease> {
    const lease = new SessionLease(locks, address, terms)
    await lease.#wait()
    lease.#renewLater()
    return lease
  }

  /** Whether somebody else may have the lock by now. It was lost for good when a renewal failed or was refused. */
  get lost(): boolean {
    return this.#isLost || performance.now() >= this.#sureUntil
  }

  /**
   * Gives the lock back; calling it again changes nothing. It never rejects: a lock that could not be given back has had
   * its event, and runs out by itself.
   */
  release(): Promise<void> {
    clearTimeout(this.#timer)
    return (this.#release ??= this.#giveBack())
  }

  async #wait(): Promise<void> {
    const began = performance.now()
    for (let ceiling = FIRST_PAUSE_MS; !(await this.#acquire()); ceiling = Math.min(ceiling * 2, LONGEST_PAUSE_MS)) {
      const waited = performance.now() - began
      const left = this.#terms.waitMs - waited
      if (left <= 0) throw locked(waited)
      await pause(Math.min(ceiling * (0.5 + Math.random() / 2), left))
    }
  }

  async #acquire(): Promise<boolean> {
    const { guard, leaseMs } = this.#terms
    const asked = performance.now()
    let sent: Awaitable<boolean> | undefined
    try {
      const isOurs = await guard('acquire', () => {
        sent = this.#locks.acquire(this.#address, this.#owner, leaseMs)
        return sent
      })
      this.#sureUntil = asked + leaseMs
      return isOurs
    } catch (error) {
      if (sent !== undefined) this.#undo(sent)
      throw error
    }
  }

  /** Takes an attempt back whose answer did not come: it may have been carried out, or may still be. */
  #undo(sent: Awaitable<boolean>): void {
    void this.#giveBack()
    Promise.resolve(sent).then(
      (isOurs) => (isOurs ? this.#giveBack() : undefined),
      () => undefined, // `guard` has reported it
    )
  }

  async #giveBack(): Promise<void> {
    try {
      await this.#terms.guard('release', () => this.#locks.release(this.#address, this.#owner))
    } catch {
      // `guard` has reported it, and the lease runs out by itself.
    }
  }

  #renewLater(): void {
    this.#timer = setTimeout(() => void this.#renew(), this.#terms.leaseMs / RENEWALS_PER_LEASE)
    // A renewal is no reason for the process to stay.
    if (typeof this.#timer === 'object') this.#timer.unref?.()
  }

  async #renew(): Promise<void> {
    const { guard, leaseMs } = this.#terms
    const asked = performance.now()
    try {
      if (await guard('renew', () => this.#locks.renew(this.#address, this.#owner, leaseMs))) {
        this.#sureUntil = asked + leaseMs
        if (this.#release === undefined) this.#renewLater()
        return
      }
    } catch {
      // `guard` has reported it. The lock may still be ours, but nobody can rely on that.
    }
    // Who has given it back loses nothing.
    if (this.#release === undefined) this.#isLost = true
  }
}

function locked(waitedMs: number): SekishoError {
  const message = `another request uses this session exclusively; waited ${Math.round(waitedMs)} ms for it`
  return new SekishoError('ERR_SESSION_LOCKED', message)
}
