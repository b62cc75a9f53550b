/** What a {@link DeadlineQueue} keeps: an object that knows when it is due and where it stands. */
export interface Queued {
  /** When it is due; changed by {@link DeadlineQueue.move} only. */
  due: number
  /** Its place in the queue, kept by the queue. */
  position: number
}

/**
 * A binary heap by `due`: the earliest is at hand, and each change costs the logarithm of the size. It lets a store find
 * its dead records without looking at the living, however often it is asked.
 */
export class DeadlineQueue<T extends Queued> {
  readonly #heap: T[] = []

  /** How many are queued. */
  get size(): number {
    return this.#heap.length
  }

  /** The one that is due earliest. */
  get first(): T | undefined {
    return this.#heap[0]
  }

  /** Queues an item that is not queued yet. */
  add(item: T): void {
    this.#rise(item, this.#heap.push(item) - 1)
  }

  /** Gives a queued item another deadline. */
  move(item: T, due: number): void {
    item.due = due
    this.#settle(item, item.position)
  }

  /** Takes a queued item out. */
  remove(item: T): void {
    const last = this.#heap.pop()
    if (last !== undefined && last !== item) this.#settle(last, item.position)
  }

  /** How many are due at an instant; looks at those and their neighbours only. */
  countDue(instant: number, at = 0): number {
    const item = this.#heap[at]
    if (item === undefined || item.due > instant) return 0
    return 1 + this.countDue(instant, 2 * at + 1) + this.countDue(instant, 2 * at + 2)
  }

  #settle(item: T, from: number): void {
    this.#rise(item, from)
    this.#sink(item)
  }

  #rise(item: T, from: number): void {
    let at = from
    while (at > 0) {
      const parent = this.#heap[(at - 1) >> 1]
      if (parent === undefined || parent.due <= item.due) break
      const above = parent.position
      this.#place(parent, at)
      at = above
    }
    this.#place(item, at)
  }

  #sink(item: T): void {
    for (;;) {
      const at = item.position
      const left = this.#heap[2 * at + 1]
      const right = this.#heap[2 * at + 2]
      const child = left !== undefined && right !== undefined && right.due < left.due ? right : left
      if (child === undefined || child.due >= item.due) return
      const below = child.position
      this.#place(child, at)
      this.#place(item, below)
    }
  }

  #place(item: T, at: number): void {
    this.#heap[at] = item
    item.position = at
  }
}
