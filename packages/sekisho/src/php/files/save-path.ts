import { idCharacters } from '../functions/session-id.ts'
import { SaveHandlerFailure } from '../handler/contract.ts'

/** What `session.save_path` of the `files` handler says: `[depth;[mode;]]directory`. */
export interface SavePath {
  /** So many characters of an id name a directory each, below `directory`. PHP makes none of them, and neither do we. */
  readonly depth: number
  /** The permissions of a new file, before the umask. */
  readonly mode: number
  /** Where the files are, without a slash at the end. */
  readonly directory: string
}

/** `MAXPATHLEN` of Linux, which is in PHP's warning. */
const longestPath = 4096

/** The permissions of a new file where the save path has none. */
const usualMode = 0o600

/**
 * Reads a save path as `mod_files.c` does: only with a second part the first is a depth, only with a third the second is a
 * mode, and further semicolons belong to the directory. A depth that is no number is 0.
 *
 * @param text Not empty: which directory that means is for the system to say.
 * @throws SaveHandlerFailure in PHP's words.
 */
export function parseSavePath(text: string): SavePath {
  if (!text.includes(';')) return { depth: 0, mode: usualMode, directory: withoutEnd(text) }
  const parts = text.split(';')
  const heads = parts.slice(0, Math.min(parts.length - 1, 2))
  const directory = parts.slice(heads.length).join(';')
  const mode = heads.length < 2 ? usualMode : modeOf(heads[1] ?? '')
  return { depth: depthOf(heads[0] ?? ''), mode, directory: withoutEnd(directory) }
}

/** The root keeps its slash. */
function withoutEnd(directory: string): string {
  return directory.endsWith('/') ? directory.replace(/(?<=.)\/+$/, '') : directory
}

/** As `strtol` reads it, and then taken for unsigned: below 0 it is deeper than any id is long. */
function depthOf(text: string): number {
  const depth = Number(/^\s*([-+]?\d+)/.exec(text)?.[1] ?? 0)
  if (Math.abs(depth) >= 2 ** 63) throw new SaveHandlerFailure('The first parameter in session.save_path is invalid')
  return depth < 0 ? Number.POSITIVE_INFINITY : depth
}

function modeOf(text: string): number {
  const [, sign = '', digits = '0'] = /^\s*([-+]?)([0-7]+)/.exec(text) ?? []
  const mode = Number.parseInt(digits, 8)
  if (mode <= 0o7777 && (sign !== '-' || mode === 0)) return mode
  throw new SaveHandlerFailure('The second parameter in session.save_path is invalid')
}

/** Whether PHP's `files` handler takes an id: what it refuses never becomes a part of a path. */
export function isFileId(id: string): boolean {
  return idCharacters.test(id)
}

/**
 * The file of a session.
 *
 * @throws SaveHandlerFailure in PHP's words, for an id with other characters, or too short for the depth.
 */
export function sessionPath({ directory, depth }: SavePath, id: string): string {
  if (!isFileId(id)) {
    throw new SaveHandlerFailure(
      'Session ID is too long or contains illegal characters. Only the A-Z, a-z, 0-9, "-", and "," characters are allowed',
    )
  }
  const folders = depth === 0 ? '' : id.slice(0, depth).replaceAll(/./g, '$&/')
  const path = `${directory}/${folders}sess_${id}`
  if (id.length > depth && path.length <= longestPath) return path
  throw new SaveHandlerFailure(
    `Failed to create session data file path. Too short session ID, invalid save_path or path length exceeds ${longestPath} characters`,
  )
}
