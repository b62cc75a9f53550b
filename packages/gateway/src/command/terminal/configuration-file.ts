import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandError } from './command-error.ts'
import { deniedOr } from './file-failure.ts'

/**
 * The configuration that a command line names. One that is not there is told the same way by every command; what is wrong within
 * it is told with its line.
 *
 * @returns Its path, absolute.
 * @throws CommandError `no-configuration` or `permission-denied`.
 */
export function configurationFile(name: string): string {
  const path = resolve(name)
  const failure = { code: 'no-configuration', what: `The configuration ${path} cannot be read` }
  try {
    accessSync(path, constants.R_OK)
    if (!statSync(path).isDirectory()) return path
  } catch (cause) {
    throw deniedOr({ ...failure, fix: 'name the file that sekisho serve is started with' }, cause)
  }
  throw new CommandError({ ...failure, why: 'it is a directory', fix: 'name the file in it' })
}
