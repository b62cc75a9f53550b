/**
 * Keys in a file: one secret in each line, the first one seals. Blank lines and lines that begin with `#` say nothing.
 *
 * @module
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { optionError, SekishoError } from '../errors.ts'
import { KeyRing, MIN_SECRET_BYTES } from './keyring.ts'
import { randomBytes } from './node.ts'

/** More is no key file. */
const MAX_BYTES = 65_536

/** Options of {@link watchKeyFile}. */
export interface KeyFileWatchOptions {
  /** Seconds between two looks at the file (default 10). A change is taken when two looks in a row find it the same. */
  readonly every?: number
  /** Is told why the file was refused; the ring stays as it was (default: `console.warn`). */
  readonly onError?: (error: unknown) => void
}

/** A key file that is looked at from time to time. */
export interface KeyFileWatch {
  /** Takes the file as it is now, as on a signal. Never throws. @returns Whether the ring has other keys now. */
  reload(): boolean
  /** Looks no more. */
  close(): void
}

/** A new secret for a key file: 32 random octets, base64url. */
export function generateSecret(): string {
  return randomBytes(MIN_SECRET_BYTES).toString('base64url')
}

/**
 * Reads a key ring from a file that nobody but this process's user, or root, can read or change.
 *
 * @throws SekishoError `ERR_KEY_FILE` when the file or a line of it is refused; the message says where, and what mends it.
 *
 * @example
 * ```ts
 * const keyRing = readKeyFile('/etc/shop/keys')
 * const watch = watchKeyFile('/etc/shop/keys', keyRing)
 * ```
 */
export function readKeyFile(path: string): KeyRing {
  return new KeyRing(secretsIn(path))
}

/**
 * Replaces the keys of a ring when the file has changed. What is wrong with the new content is told, and the ring stays as
 * it was. Does not keep the process alive.
 *
 * @param path The file that `ring` was read from.
 * @throws SekishoUsageError `ERR_OPTION` for an interval that is none.
 */
export function watchKeyFile(path: string, ring: KeyRing, options: KeyFileWatchOptions = {}): KeyFileWatch {
  const { every = 10, onError = warn } = options
  if (!(typeof every === 'number' && every > 0 && every <= 86_400)) {
    throw optionError('every', 'a positive number of seconds, at most a day', every)
  }
  let taken: string | undefined
  let seen = fingerprint(path)

  function reload(): boolean {
    taken = fingerprint(path)
    try {
      const secrets = secretsIn(path)
      if (idsOf(new KeyRing(secrets)) === idsOf(ring)) return false
      ring.replace(secrets)
      return true
    } catch (error) {
      onError(error)
      return false
    }
  }

  // A file that is being written may already hold the new key and not yet the old one: it has to come to rest first.
  const timer = setInterval(() => {
    const now = fingerprint(path)
    if (now !== taken && now === seen) reload()
    seen = now
  }, every * 1000)
  timer.unref()
  return Object.freeze<KeyFileWatch>({ reload, close: () => clearInterval(timer) })
}

function secretsIn(path: string): string[] {
  const lines = readText(path).split('\n')
  const found = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const secret = line.trim()
    if (secret === '' || secret.startsWith('#')) continue
    const place = `${path}:${index + 1}`
    checkSecret(secret, place)
    const earlier = found.get(secret)
    if (earlier !== undefined) throw fault(`${place} repeats line ${earlier}`, 'remove one of the two')
    found.set(secret, index + 1)
  }
  if (found.size === 0) throw fault(`${path} holds no secret`, create(path))
  return [...found.keys()]
}

function checkSecret(secret: string, place: string): void {
  if (/\s/.test(secret)) throw fault(`${place} has white space within the secret`, 'write one secret in each line')
  const octets = Buffer.byteLength(secret)
  if (octets >= MIN_SECRET_BYTES) return
  throw fault(
    `${place} is a secret of ${octets} octets, fewer than ${MIN_SECRET_BYTES}`,
    'replace it with one that `openssl rand -base64 32` prints',
  )
}

/** The text of the file, which is checked after it was opened: nobody can put another one in its place meanwhile. */
function readText(path: string): string {
  const file = open(path)
  try {
    const status = fstatSync(file)
    checkStatus(path, status)
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    if (error instanceof TypeError) throw fault(`${path} is not UTF-8 text`, create(path), error)
    throw error
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    // Without O_NONBLOCK a named pipe in its place would stop the process.
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    if (code === 'ELOOP')
      throw fault(`${path} is a symbolic link, which is not followed`, 'name the file itself', error)
    if (code === 'ENOENT') throw fault(`${path} does not exist`, create(path), error)
    throw fault(`${path} cannot be opened (${code})`, own(path), error)
  }
}

function checkStatus(path: string, status: Stats): void {
  const { mode, uid, size } = status
  if (!status.isFile()) throw fault(`${path} is not a file`, create(path))
  if (size > MAX_BYTES) throw fault(`${path} has ${size} octets, too many for a key file`, create(path))
  const user = process.geteuid?.()
  if (user === undefined) return
  if (uid !== user && uid !== 0) throw fault(`${path} belongs to user ${uid}, this process is ${user}`, own(path))
  const permissions = mode & 0o777
  if ((permissions & 0o077) === 0) return
  const shown = permissions.toString(8).padStart(4, '0')
  throw fault(`${path} has mode ${shown}: others than its owner may use it`, `chmod 600 ${quoted(path)}`)
}

/** What tells two states of the file apart, also when only its permissions were mended. */
function fingerprint(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = lstatSync(path)
    return [ino, size, mtimeMs, ctimeMs].join()
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

function idsOf(ring: KeyRing): string {
  return ring
    .usage()
    .map(({ keyId }) => keyId)
    .join()
}

function fault(what: string, mend: string, cause?: unknown): SekishoError {
  return new SekishoError('ERR_KEY_FILE', `${what}; mend it with: ${mend}`, cause === undefined ? {} : { cause })
}

function create(path: string): string {
  return `(umask 077; openssl rand -base64 32 > ${quoted(path)})`
}

function own(path: string): string {
  return `chown ${process.geteuid?.() ?? ''} ${quoted(path)} && chmod 600 ${quoted(path)}`
}

/** The path as one word of a POSIX shell. */
function quoted(path: string): string {
  return /^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

function warn(error: unknown): void {
  console.warn(error instanceof Error ? error.message : error)
}
