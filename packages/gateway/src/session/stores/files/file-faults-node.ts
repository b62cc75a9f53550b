import { SekishoError } from 'sekisho'

/** What the file system said, in words that an operator can search for, and what mends it. */
export function fileFault(path: string, cause: unknown): SekishoError {
  if (cause instanceof SekishoError) return cause
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return denied(path, cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SekishoError('ERR_STORE_FULL', `No space left on device: ${path}; make room (df -h shows where)`, {
      cause,
    })
  }
  if (code === 'ELOOP') {
    const message = `${path} is a symbolic link, which is never followed; remove it`
    return new SekishoError('ERR_STORE_SETUP', message, { cause })
  }
  return new SekishoError('ERR_STORE_UNAVAILABLE', `${path} cannot be used (${code})`, { cause })
}

/** `Permission denied`, with the commands that make a directory of the process's own. */
export function denied(directory: string, cause?: unknown, why = ''): SekishoError {
  const message = `Permission denied: ${directory}${why}; mend it with: ${ownCommand(directory)}`
  return new SekishoError('ERR_STORE_SETUP', message, cause === undefined ? {} : { cause })
}

/** Root's own are the document's: the group of the process may use what belongs to root. */
export function ownCommand(directory: string): string {
  const [user, group] = [process.geteuid?.() ?? '', process.getegid?.() ?? '']
  const path = quoted(directory)
  return `mkdir -p ${path} && chown ${user}:${group} ${path} && chmod 770 ${path}`
}

/** The path as one word of a POSIX shell. */
export function quoted(path: string): string {
  return /^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

export function errnoOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code
}
