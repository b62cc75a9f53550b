/** What stands in a line: wakes up when it is its turn. */
type Waiter = () => void

/**
 * Turns within this process: whoever waits for a file that another request of the same process has locked is woken when that one
 * ends, in the order in which they came. Only the first of a line asks the kernel.
 */
export class Lines {
  readonly #lines = new Map<string, Waiter[]>()

  /**
   * Waits for the turn.
   *
   * @param ms For so long at most.
   * @returns What ends the turn, `undefined` when the time was over first.
   */
  enter(key: string, ms: number): Promise<(() => void) | undefined> | (() => void) {
    const line = this.#lines.get(key)
    if (line !== undefined) return this.#queue(line, key, ms)
    this.#lines.set(key, [])
    return () => this.#next(key)
  }

  #queue(line: Waiter[], key: string, ms: number): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      const wake: Waiter = () => {
        clearTimeout(timer)
        resolve(() => this.#next(key))
      }
      const timer = setTimeout(() => {
        line.splice(line.indexOf(wake), 1)
        resolve(undefined)
      }, ms)
      line.push(wake)
    })
  }

  #next(key: string): void {
    const wake = this.#lines.get(key)?.shift()
    if (wake === undefined) this.#lines.delete(key)
    else wake()
  }
}
