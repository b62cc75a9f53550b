import { open, type FileHandle, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** How often it is looked whether there is more. */
const lookMs = 200

/**
 * The lines that are appended to a file from now on. A file that is renamed is read to its end, and then the new one of its name
 * from its beginning; one that is cut off is read anew. Ends when the signal is aborted.
 *
 * @param position Where to begin in the file that is there now.
 */
export async function* follow(path: string, position: number, signal: AbortSignal): AsyncGenerator<string> {
  let at = position
  while (!signal.aborted) {
    const file = await opened(path)
    if (file !== undefined) yield* followOne(path, file, { at, signal })
    at = 0
    await patience(signal)
  }
}

async function* followOne(
  path: string,
  file: FileHandle,
  { at, signal }: { readonly at: number; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const reader = new LineReader(file, at)
  try {
    while (!signal.aborted) {
      const isOver = await isReplaced(path, file)
      yield* reader.lines()
      // What was written between the look and the reading was read; nobody writes into a file with another name for long.
      if (isOver) return
      await patience(signal)
    }
  } finally {
    await file.close()
  }
}

class LineReader {
  readonly #file: FileHandle
  readonly #chunk = Buffer.alloc(64 * 1024)
  #at: number
  #rest = Buffer.alloc(0)

  constructor(file: FileHandle, at: number) {
    this.#file = file
    this.#at = at
  }

  /** The whole lines that have come since. */
  async *lines(): AsyncGenerator<string> {
    if ((await this.#file.stat()).size < this.#at) {
      this.#at = 0
      this.#rest = Buffer.alloc(0)
    }
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, this.#chunk.length, this.#at)
      if (bytesRead === 0) return
      this.#at += bytesRead
      const text = Buffer.concat([this.#rest, this.#chunk.subarray(0, bytesRead)])
      const end = text.lastIndexOf(10) + 1
      this.#rest = Buffer.from(text.subarray(end))
      if (end > 0)
        yield* text
          .subarray(0, end - 1)
          .toString('utf8')
          .split('\n')
    }
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    // Between the renaming of a log and its reopening there is none.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function isReplaced(path: string, file: FileHandle): Promise<boolean> {
  // Without a file of this name nothing has taken the place of the one that is read.
  const [there, here] = await Promise.all([stat(path).catch(() => undefined), file.stat()])
  return there !== undefined && (there.ino !== here.ino || there.dev !== here.dev)
}

async function patience(signal: AbortSignal): Promise<void> {
  // It fails only because the signal was aborted, which whoever waits here looks at next.
  await pause(lookMs, undefined, { signal }).catch(() => undefined)
}
