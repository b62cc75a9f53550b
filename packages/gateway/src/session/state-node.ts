import { linkSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type KeyRing, SekishoError } from 'sekisho'
import { generateSecret, type KeyFileWatch, readKeyFile, watchKeyFile } from 'sekisho/keys'
import { Passphrases } from './passphrases/passphrase-pool.ts'
import { SharedResources } from './shared-resources.ts'

/** What lives as long as the process, whatever configuration it serves. */
export interface GatewayState {
  /** Where the gateway keeps its own files: the key ring, and sessions that no directive gives a place to. */
  readonly directory: string
  /** Signs what the gateway alone has to recognise. Shared by machines that serve the same visitors: copy the file `keys`. */
  readonly keyRing: KeyRing
  /** Stores and connections, so that a reload finds them open. */
  readonly resources: SharedResources
  /** What was derived from passphrases, so that a reload finds it. */
  readonly passphrases: Passphrases
}

/** Where the state is. */
export interface StateOptions {
  /** Absolute (default: `$STATE_DIRECTORY`; else `/var/lib/sekisho` for root and `~/.local/state/sekisho` for others). */
  readonly directory?: string
  /** The environment that the default is taken from (default: that of the process). */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** Above 0700, whom the directory lets in is the operator's affair, as long as nobody else may write. */
const foreignWrite = 0o022

/**
 * Opens the gateway's own directory, made with mode 0700 where it is missing, with a new key where there is none. Any number of
 * processes may do so at once: they end up with the same key.
 *
 * @throws SekishoError `ERR_STORE_SETUP` or `ERR_KEY_FILE`, with the command that mends it.
 */
export function openState(options: StateOptions = {}): GatewayState {
  const directory = options.directory ?? defaultDirectory(options.environment ?? process.env)
  prepare(directory)
  const keyFile = keyFileIn(directory)
  ensureKeys(keyFile)
  return {
    directory,
    keyRing: readKeyFile(keyFile),
    resources: new SharedResources(),
    passphrases: new Passphrases(),
  }
}

/** The gateway's own directory as it is, for a look from outside: nothing is made. */
export function lookAtState(options: StateOptions = {}): GatewayState {
  const directory = options.directory ?? defaultDirectory(options.environment ?? process.env)
  let keyRing: KeyRing | undefined
  return {
    directory,
    get keyRing() {
      keyRing ??= readKeyFile(keyFileIn(directory))
      return keyRing
    },
    resources: new SharedResources(),
    passphrases: new Passphrases(),
  }
}

/** Takes the keys of the directory anew whenever their file changes. @returns What ends that. */
export function watchKeys({ directory, keyRing }: GatewayState, onError: (error: unknown) => void): KeyFileWatch {
  return watchKeyFile(keyFileIn(directory), keyRing, { onError })
}

/** Where the keys of a state directory are. */
export function keyFileIn(directory: string): string {
  return join(directory, 'keys')
}

/** systemd sets `STATE_DIRECTORY`, several of them separated by colons; XDG has a place for users. */
export function defaultDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { STATE_DIRECTORY: given, XDG_STATE_HOME: own } = environment
  const [first] = given?.split(':') ?? []
  if (first !== undefined && first !== '') return first
  if (process.geteuid?.() === 0) return '/var/lib/sekisho'
  return join(own?.startsWith('/') === true ? own : join(homedir(), '.local/state'), 'sekisho')
}

function prepare(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const { mode, uid } = statSync(directory)
    const user = process.geteuid?.() ?? uid
    if ((mode & foreignWrite) === 0 && (uid === user || uid === 0)) return
    const mend = `chown ${user} '${directory}' && chmod 700 '${directory}'`
    throw setupError(`Others can write to the state directory ${directory}; mend it with: ${mend}`)
  } catch (cause) {
    if (cause instanceof SekishoError) throw cause
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    const what = code === 'EACCES' || code === 'EPERM' ? 'Permission denied' : code
    const mend = `install -d -m 700 -o ${process.geteuid?.() ?? ''} '${directory}', or name another state directory`
    throw setupError(`${what}: the state directory ${directory} cannot be made or used; mend it with: ${mend}`, cause)
  }
}

/** Linked into place, so that nobody reads half a key and the first of several wins. */
function ensureKeys(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return
  const draft = `${path}.${process.pid}.${generateSecret().slice(0, 8)}`
  try {
    writeFileSync(draft, `${generateSecret()}\n`, { mode: 0o600, flag: 'wx' })
    linkSync(draft, path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return
    throw setupError(`The key file ${path} cannot be made (${(cause as NodeJS.ErrnoException).code})`, cause)
  } finally {
    rmSync(draft, { force: true })
  }
}

function setupError(message: string, cause?: unknown): SekishoError {
  return new SekishoError('ERR_STORE_SETUP', message, cause === undefined ? {} : { cause })
}
