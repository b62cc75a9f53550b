/** What a {@link DeadlineQueue} keeps: an object that knows when it is due and where it stands. */
export interface Queued {
  /** When it is due; changed by {@link DeadlineQueue.move} only. */
  due: number
  /** When it was due as the queue knows it: never later than `due`. Kept by the queue. */
  rank: number
  /** Its place in the queue, kept by the queue. */
  position: number
}

/**
 * A binary heap by time: the earliest is at hand, and each change costs the logarithm of the size at most. It lets a store
 * find its dead records without looking at the living, however often it is asked. A later time, which is what use gives to a
 * session, is taken down where it stands, and counts when the queue is asked the next time.
 */
export class DeadlineQueue<T extends Queued> {
  readonly #heap: T[] = []

  /** How many are queued. */
  get size(): number {
    return this.#heap.length
  }

  /** The one that is due earliest. */
  get first(): T | undefined {
    for (;;) {
      const item = this.#heap[0]
      if (item === undefined || item.rank === item.due) return item
      this.#update(item)
    }
  }

  /** Queues an item that is not queued yet. */
  add(item: T): void {
    item.rank = item.due
    this.#rise(item, this.#heap.push(item) - 1)
  }

  /** Gives a queued item another deadline. */
  move(item: T, due: number): void {
    item.due = due
    if (due < item.rank) this.#update(item)
  }

  /** Takes a queued item out. */
  remove(item: T): void {
    const last = this.#heap.pop()
    if (last !== undefined && last !== item) this.#settle(last, item.position)
  }

  /** How many are due at an instant; looks at those, at those that seemed to be, and at their neighbours only. */
  countDue(instant: number): number {
    const moved: T[] = []
    const count = this.#countDue(instant, 0, moved)
    for (const item of moved) this.#update(item)
    return count
  }

  #countDue(instant: number, at: number, moved: T[]): number {
    const item = this.#heap[at]
    if (item === undefined || item.rank > instant) return 0
    if (item.due > instant) moved.push(item)
    const below = this.#countDue(instant, 2 * at + 1, moved) + this.#countDue(instant, 2 * at + 2, moved)
    return below + (item.due > instant ? 0 : 1)
  }

  #update(item: T): void {
    item.rank = item.due
    this.#settle(item, item.position)
  }

  #settle(item: T, from: number): void {
    this.#rise(item, from)
    this.#sink(item)
  }

  #rise(item: T, from: number): void {
    let at = from
    while (at > 0) {
      const parent = this.#heap[(at - 1) >> 1]
      if (parent === undefined || parent.rank <= item.rank) break
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
      const child = left !== undefined && right !== undefined && right.rank < left.rank ? right : left
      if (child === undefined || child.rank >= item.rank) return
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
