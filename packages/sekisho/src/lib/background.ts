/** Work that happens beside an answer. It reports its own failures; nothing waits for it but `settled`. */
export class Background {
  /** Counted and not kept: a set that grows and shrinks keeps alive what it has held (see `Deadlines`). */
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** Starts a piece of work. A rejection has been reported where it arose, and ends here: the answer has long gone. */
  run(work: () => Promise<void>): void {
    const ended = (): void => this.#ended()
    work().then(ended, ended)
    this.#running += 1
  }

  /** Resolves when everything started so far has ended. */
  async settled(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #ended(): void {
    this.#running -= 1
    if (this.#running > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
