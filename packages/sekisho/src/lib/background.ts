/** Work that happens beside an answer. It reports its own failures; nothing waits for it but `settled`. */
export class Background {
  readonly #running = new Set<Promise<void>>()

  /** Starts a piece of work. A rejection has been reported where it arose, and ends here. */
  run(work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch(() => {
        // The store call that failed has raised its event; the answer has long gone.
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Resolves when everything started so far has ended. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
