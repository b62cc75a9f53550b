/** Pieces of work one after the other, each when the one before has ended, however it ended. */
export class OneByOne {
  #last: Promise<unknown> = Promise.resolve()

  /** @returns What the work gives, when it has had its turn. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const own = this.#last.then(work)
    // Its failure is told to whoever asked for it; the next one only waits for the end.
    this.#last = own.catch(() => undefined)
    return own
  }
}
