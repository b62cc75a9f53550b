import { wordsFrom } from '../../config/words.ts'
import { fileLines } from './file-lines.ts'
import { WatchedFile, type WatchOptions } from './watched-file-node.ts'

/** Which groups, in lower case, each user is in. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>

/** A file of `group: user user …` lines. Read again when it changes. */
export class GroupFile {
  readonly path: string
  readonly #file: WatchedFile<Groups>

  constructor(path: string, watching: WatchOptions = {}) {
    this.path = path
    this.#file = new WatchedFile(path, { failure: 'AH01665: Could not open group file', read: readGroups }, watching)
  }

  /** @throws AuthFault with the reason `file` when it cannot be read. */
  groups(): Promise<Groups> {
    return this.#file.content()
  }
}

/** Reads a group file. A group may have several lines; its name is the same in every case, those of users are not. */
export function readGroups(text: string, path = ''): Groups {
  const groups = new Map<string, Set<string>>()
  for (const { text: line } of fileLines(text, path)) {
    const colon = line.indexOf(':')
    if (colon === -1) continue
    const name = line.slice(0, colon).trimEnd().toLowerCase()
    for (const { text: user } of wordsFrom(line, colon + 1)) {
      const own = groups.get(user) ?? new Set()
      groups.set(user, own.add(name))
    }
  }
  return groups
}
