import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breath } from 'node:timers/promises'
import { errnoOf } from './file-faults-node.ts'
import type { SessionFileName } from './session-file-name-node.ts'
import { draftPrefix } from './small-files-node.ts'

/** So many files are looked at before requests have their turn. */
const idsAtOnce = 32

/** A draft of that age is of a process that has died over it. */
const abandonedMs = 3_600_000

/** The ids of all files, in order. A round sees the directory as it was when the round began. */
export class FileListing {
  readonly #name: SessionFileName
  #round: readonly string[] = []

  constructor(name: SessionFileName) {
    this.#name = name
  }

  /** The ids behind one. @param after Undefined: all of them, in a new round. */
  async *behind(after: string | undefined): AsyncGenerator<string> {
    if (after === undefined || this.#round.length === 0) this.#round = await this.#all()
    const round = this.#round
    for (let at = after === undefined ? 0 : firstBehind(round, after); at < round.length; at += 1) {
      // Requests in between.
      if (at % idsAtOnce === 0) await breath()
      yield round[at] ?? ''
    }
    if (this.#round === round) this.#round = []
  }

  async count(): Promise<number> {
    return (await this.#all()).length
  }

  async #all(): Promise<string[]> {
    const ids: string[] = []
    await this.#walk(this.#name.directory, this.#name.depth, (path) => {
      const id = this.#name.idOf(path)
      if (id !== undefined) ids.push(id)
    })
    return ids.toSorted()
  }

  async #walk(directory: string, depth: number, take: (path: string) => void): Promise<void> {
    for (const entry of await entriesOf(directory)) {
      const path = join(directory, entry.name)
      if (entry.isFile() && entry.name.startsWith(draftPrefix)) await removeAbandoned(path)
      else if (depth === 0 && entry.isFile()) take(path)
      else if (depth > 0 && entry.isDirectory()) await this.#walk(path, depth - 1, take)
    }
  }
}

async function entriesOf(directory: string): Promise<Awaited<ReturnType<typeof readDirectory>>> {
  try {
    return await readDirectory(directory)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}

function readDirectory(directory: string) {
  return readdir(directory, { withFileTypes: true })
}

async function removeAbandoned(path: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > abandonedMs) await unlink(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/** The place of the first id that comes after another one, which need not be there. */
function firstBehind(ids: readonly string[], id: string): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? '') > id) high = middle
    else low = middle + 1
  }
  return low
}
