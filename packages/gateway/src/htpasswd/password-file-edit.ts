import { readFileSync, writeFileSync } from 'node:fs'
import { CommandError } from '../command/terminal/command-error.ts'
import { fileFailure, untouched } from '../command/terminal/file-failure.ts'
import { replaceFile } from '../lib/replace-file-node.ts'
import { PasswordLines } from './password-lines.ts'

const what = 'the password file'

/** The group of the server reads it; nobody else has a use for it. */
const newMode = 0o640

/** A password file on the disk, read and written as a whole. Its octets stay, whatever their encoding. */
export class PasswordFileEdit {
  readonly lines: PasswordLines
  readonly #path: string
  readonly #before: string | undefined

  /**
   * @param create The file shall be a new one.
   * @throws CommandError when it is there and should not, or is not and should, or cannot be read.
   */
  constructor(path: string, create: boolean) {
    this.#path = path
    this.#before = read(path)
    if (create && this.#before !== undefined) throw exists(path)
    if (!create && this.#before === undefined) throw missing(path)
    this.lines = new PasswordLines(this.#before ?? '')
  }

  /** Writes what has changed, at once. @throws CommandError when somebody else has changed the file, or it cannot be written. */
  save(): void {
    try {
      const content = Buffer.from(this.lines.toString(), 'latin1')
      if (this.#before === undefined) return writeFileSync(this.#path, content, { mode: newMode, flag: 'wx' })
      if (read(this.#path) !== this.#before) throw changedMeanwhile(this.#path)
      replaceFile(this.#path, content)
    } catch (cause) {
      if (cause instanceof CommandError) throw cause
      throw fileFailure({ verb: 'written', what, path: this.#path }, cause)
    }
  }
}

/** A name or a hash as the file's octets. */
export function inOctets(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw fileFailure({ verb: 'read', what, path }, cause)
  }
}

function exists(path: string): CommandError {
  return untouched(path, {
    code: 'file-exists',
    why: 'there is a file already, and --create would begin an empty one',
    fix: 'leave --create out to add a user to it',
  })
}

function missing(path: string): CommandError {
  return new CommandError({
    code: 'no-file',
    what: `There is no password file ${path}`,
    why: 'a typing error in its name would otherwise begin a new one',
    fix: 'check the name; to make the file, give its first user a password with --create',
  })
}

function changedMeanwhile(path: string): CommandError {
  return untouched(path, {
    code: 'changed-meanwhile',
    why: 'somebody else has changed it since it was read',
    fix: 'run the command again',
  })
}
