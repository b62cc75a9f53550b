import type { ListedRow, Row, RowStore } from 'sekisho/store/rows'
import { fileFault } from './file-faults-node.ts'
import { FileListing } from './file-listing-node.ts'
import { FileLocks } from './file-locks-node.ts'
import type { SessionFileName } from './session-file-name-node.ts'
import { discard, publishNew, publishOver, readText, remove, writeDraft } from './small-files-node.ts'

/**
 * Rows in files of a configured name, one each. A reader never sees half a row, because a file is written beside its place and
 * moved there; and what is there does not change between the look at it and the move, because that happens under a lock between
 * processes.
 */
export class FileRows implements RowStore {
  readonly durable = 'process'
  readonly shared = true
  readonly #name: SessionFileName
  readonly #locks: FileLocks
  readonly #listing: FileListing

  constructor(name: SessionFileName) {
    this.#name = name
    this.#locks = new FileLocks(name.directory)
    this.#listing = new FileListing(name)
  }

  get(id: string): Row | undefined {
    const path = this.#name.path(id)
    return tried(path, () => {
      const data = this.#read(path)
      return data === undefined ? undefined : { data }
    })
  }

  insert(id: string, data: string): Promise<boolean> {
    return this.#withDraft(id, data, (draft, path) => publishNew(draft, path))
  }

  update(id: string, data: string): Promise<boolean> {
    return this.#replace(id, data, (found) => found !== undefined)
  }

  updateIf(id: string, data: string, expected: string): Promise<boolean> {
    return this.#replace(id, data, (found) => found === expected)
  }

  delete(id: string): Promise<boolean> {
    return this.#exclusively(id, (path) => remove(path))
  }

  deleteIf(id: string, expected: string): Promise<boolean> {
    return this.#exclusively(id, (path) => this.#read(path) === expected && remove(path))
  }

  /** A page is only shorter than it was wanted when nothing is left, whatever goes meanwhile. */
  async list(after: string | undefined, limit: number): Promise<ListedRow[]> {
    const rows: ListedRow[] = []
    for await (const id of this.#listing.behind(after)) {
      const row = this.get(id)
      if (row !== undefined) rows.push({ id, ...row })
      if (rows.length === limit) break
    }
    return rows
  }

  count(): Promise<number> {
    return this.#listing.count()
  }

  close(): void {
    this.#locks.close()
  }

  #replace(id: string, data: string, isExpected: (found: string | undefined) => boolean): Promise<boolean> {
    return this.#withDraft(id, data, (draft, path) => {
      if (!isExpected(this.#read(path))) return false
      publishOver(draft, path)
      return true
    })
  }

  /** Everything slow comes before the lock. */
  async #withDraft(id: string, data: string, publish: (draft: string, path: string) => boolean): Promise<boolean> {
    const path = this.#name.path(id)
    const draft = tried(path, () => writeDraft(path, data, this.#name.directory))
    let isPublished = false
    try {
      isPublished = await this.#exclusively(id, () => publish(draft, path))
      return isPublished
    } finally {
      if (!isPublished) discard(draft)
    }
  }

  #read(path: string): string | undefined {
    return readText(path, this.#name.directory)
  }

  #exclusively<T>(id: string, work: (path: string) => T): Promise<T> {
    const path = this.#name.path(id)
    return this.#locks.exclusively(id, () => tried(path, () => work(path)))
  }
}

function tried<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fileFault(path, error)
  }
}
