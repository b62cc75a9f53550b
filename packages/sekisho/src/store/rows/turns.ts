/** A holder that takes longer than this is overtaken: a store that never answers must not block a session for ever. */
const longestMs = 10_000

const turnsOf = new WeakMap<object, Turns>()

/** @returns The turns of a resource: the same for all who use it in this process. */
export function turnsFor(resource: object): Turns {
  const known = turnsOf.get(resource)
  if (known !== undefined) return known
  const turns = new Turns()
  turnsOf.set(resource, turns)
  return turns
}

/** One task at a time for each key, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Runs a task when all that came before it for this key have ended. */
  take<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const work = before === undefined ? task() : before.then(task)
    const end = before === undefined ? settled(work) : before.then(() => settled(work))
    this.#last.set(key, end)
    void end.finally(() => {
      if (this.#last.get(key) === end) this.#last.delete(key)
    })
    return work
  }
}

/** Resolves when the work has ended, or has taken too long. */
function settled(work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, longestMs)
    if (typeof timer === 'object') timer.unref?.()
    const end = (): void => {
      clearTimeout(timer)
      resolve()
    }
    work.then(end, end)
  })
}
