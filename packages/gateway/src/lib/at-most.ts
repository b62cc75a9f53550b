/** Works on all items, on so many at the same time. The first failure is passed on, after what had begun has ended. */
export async function atMost<T>(most: number, items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) await work(next.value)
  }
  const outcomes = await Promise.allSettled(Array.from({ length: most }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
