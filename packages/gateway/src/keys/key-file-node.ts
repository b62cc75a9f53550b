import { lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { generateSecret, readKeyFile } from 'sekisho/keys'
import { CommandError } from '../command/terminal/command-error.ts'
import { fileFailure, untouched } from '../command/terminal/file-failure.ts'
import { replaceFile } from '../lib/replace-file-node.ts'
import { KeyLines } from './key-lines.ts'

const what = 'the key file'

/**
 * Makes a key file with one new secret, mode 0600.
 *
 * @throws CommandError when something is there already, or cannot be.
 */
export function createKeyFile(path: string): void {
  try {
    writeFileSync(path, `${generateSecret()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw exists(path, cause)
    throw fileFailure({ verb: 'written', what, path }, cause)
  }
}

/** Reads the lines of a key file. @throws SekishoError `ERR_KEY_FILE` for a file that the gateway would refuse. */
export function readKeyLines(path: string): KeyLines {
  const status = statSync(path, { throwIfNoEntry: false })
  if (status === undefined || status.isDirectory()) throw missing(path)
  readKeyFile(path)
  return new KeyLines(readFileSync(path, 'utf8'))
}

/** Writes them back, at once. @throws CommandError when that is not possible; nothing has changed then. */
export function writeKeyLines(path: string, lines: KeyLines): void {
  try {
    // Reading has refused a symbolic link; nobody shall have put one in its place since.
    if (lstatSync(path).isSymbolicLink()) throw Object.assign(new Error('a symbolic link'), { code: 'ELOOP' })
    replaceFile(path, lines.toString())
  } catch (cause) {
    throw fileFailure({ verb: 'written', what, path }, cause)
  }
}

function exists(path: string, cause: unknown): CommandError {
  const code = 'file-exists'
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return untouched(path, { code, why: 'it is a directory', fix: 'name a file in it' }, cause)
  const why = 'there is a file already, and without its keys nothing that they have sealed can be opened'
  return untouched(path, { code, why, fix: `sekisho keys rotate ${path}` }, cause)
}

function missing(path: string): CommandError {
  return new CommandError({
    code: 'no-key-file',
    what: `There is no key file ${path}`,
    why: 'there is nothing, or a directory, under this name',
    fix: `name another one, or make it: sekisho keygen ${path}`,
  })
}
