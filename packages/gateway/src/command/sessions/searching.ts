import type { Search } from '../../operate/pages.ts'
import type { Progress, Terminal } from '../terminal/terminal.ts'

/** Shows how many sessions a search has looked at, when a page of them was not enough. */
export async function searching<T>(terminal: Terminal, work: (search: Search) => Promise<T>): Promise<T> {
  let progress: Progress | undefined
  const onSeen = (seen: number): void => {
    progress ??= terminal.progress('looking through the sessions')
    progress.at(seen)
  }
  try {
    return await work({ signal: terminal.interrupted, onSeen })
  } finally {
    progress?.done()
  }
}
