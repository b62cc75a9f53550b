import { CommandError, type Failure } from './command-error.ts'

/** What was to be done with a file. */
export interface FileTask {
  /** In an error code: `not-read`, `not-written`. */
  readonly verb: 'read' | 'written'
  /** What the file is: `the key file`. */
  readonly what: string
  readonly path: string
}

/** The words of a system that refuses, and what to do about it. */
const reasons: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  EACCES: ['Permission denied', 'run the command as somebody who may do that, for example with sudo'],
  EPERM: ['Permission denied', 'run the command as somebody who may do that, for example with sudo'],
  EROFS: ['the file system is read-only', 'name a file on another one'],
  ENOENT: ['there is no such file or directory', 'check the name; a directory must be there already'],
  ENOTDIR: ['a part of the path is no directory', 'check the name'],
  EISDIR: ['it is a directory', 'name a file in it'],
  ENOSPC: ['No space left on device', 'make room: df -h shows where there is none'],
  ELOOP: ['it is a symbolic link, which is not followed here', 'name the file itself'],
}

/** The failure that the system has reported, as the person at the terminal can use it. */
export function fileFailure({ verb, what, path }: FileTask, cause: unknown): CommandError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException
  const [why, fix] = reasons[code] ?? [code, 'see what the system says about the file, and try again']
  const text = `${what} ${path} could not be ${verb}`
  return new CommandError({ code: `not-${verb}`, what: text[0]?.toUpperCase() + text.slice(1), why, fix }, { cause })
}

/** A file that a command could have changed, and did not. */
export function untouched(path: string, failure: Omit<Failure, 'what'>, cause?: unknown): CommandError {
  return new CommandError({ ...failure, what: `${path} was left as it was` }, { cause })
}

/** The same, where only a lack of rights is told in words that are common to all: the rest is said by whoever knows the file. */
export function deniedOr({ code, what, fix }: Omit<Failure, 'why'>, cause: unknown): CommandError {
  const { code: reason = 'unknown error' } = cause as NodeJS.ErrnoException
  const failure =
    reason === 'EACCES' || reason === 'EPERM'
      ? { code: 'permission-denied', what, why: 'Permission denied', fix: 'run the command with sudo' }
      : { code, what, why: reasons[reason]?.[0] ?? reason, fix }
  return new CommandError(failure, { cause })
}
