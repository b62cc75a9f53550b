import { execFile } from 'node:child_process'
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import type { Problem } from '../../config/diagnostics.ts'
import type { Passphrase } from '../../config/directives/session-crypto.ts'
import { wordsFrom } from '../../config/words.ts'
import { ProblemError } from '../problems.ts'

/** A program that takes longer has failed: nobody waits for a start that never comes. */
const longestRunMs = 10_000
/** More is no file of passphrases. */
const mostOctets = 65_536

const keygen = 'write SessionCryptoPassphrase with the output of "sekisho keygen"'

/** What stands behind passphrases as they were written. */
export interface PassphraseTexts {
  /** In their order. */
  readonly texts: readonly string[]
  /** The files among them that everybody can read. */
  readonly exposed: readonly string[]
}

/**
 * The texts behind `SessionCryptoPassphrase` and `SessionCryptoPassphraseFile`.
 *
 * @throws ProblemError when a program fails or prints nothing, or a file cannot be used.
 */
export async function passphraseTexts(phrases: readonly Passphrase[]): Promise<PassphraseTexts> {
  const texts: string[] = []
  const exposed: string[] = []
  for (const phrase of phrases) {
    const found = await textsOf(phrase)
    texts.push(...found.passphrases)
    if (found.isReadableByAll && phrase.kind === 'file') exposed.push(phrase.path)
  }
  return { texts, exposed }
}

interface Found {
  readonly passphrases: readonly string[]
  readonly isReadableByAll: boolean
}

async function textsOf(phrase: Passphrase): Promise<Found> {
  if (phrase.kind === 'file') return filedPassphrases(phrase.path)
  const text = phrase.kind === 'text' ? phrase.text : await printedBy(phrase.command)
  return { passphrases: [checked(text, 'SessionCryptoPassphrase')], isReadableByAll: false }
}

/** What a program prints in its first line. Nothing of that is in any message. */
function printedBy(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command
  const options = { timeout: longestRunMs, killSignal: 'SIGKILL', maxBuffer: mostOctets, windowsHide: true } as const
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout) => {
      const [line = ''] = stdout.split(/\r?\n/, 1)
      if (error !== null) reject(new ProblemError(failed(program, error)))
      else if (line === '') reject(new ProblemError(silent(program)))
      else resolve(line)
    })
    child.stdin?.end()
  })
}

/** The words of a file: quotes as in a configuration, and a `#` at the beginning of a word ends its line. */
function filedPassphrases(path: string): Found {
  const { text, isReadableByAll } = readSecret(path)
  const passphrases = text.split('\n').flatMap(wordsOfLine)
  if (passphrases.length === 0) {
    const message = `SessionCryptoPassphrase not set: there is no passphrase in ${path}`
    throw new ProblemError({ code: 'missing-directive', message, fix: keygen })
  }
  return { passphrases: passphrases.map((word) => checked(word, path)), isReadableByAll }
}

function wordsOfLine(line: string): string[] {
  const words = wordsFrom(line, 0)
  const comment = words.findIndex(({ text, quoted }) => !quoted && text.startsWith('#'))
  return (comment === -1 ? words : words.slice(0, comment)).map(({ text }) => text).filter((text) => text !== '')
}

function checked(passphrase: string, from: string): string {
  if (!passphrase.includes('\0')) return passphrase
  throw new ProblemError({ code: 'bad-value', message: `A passphrase of ${from} holds the octet 0`, fix: keygen })
}

/** Checked after it was opened: nobody can put another file in its place meanwhile. */
function readSecret(path: string): { text: string; isReadableByAll: boolean } {
  const file = open(path)
  try {
    const status = fstatSync(file)
    refuseUnsafe(path, status)
    return { text: readFileSync(file, 'utf8'), isReadableByAll: (status.mode & 0o004) !== 0 }
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    // A named pipe without a writer would stop the process.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') {
      const message = `SessionCryptoPassphraseFile: Could not open file ${path}: ${code}`
      throw new ProblemError({ code: 'bad-value', message, found: code, fix: `make the file, and chmod 600 '${path}'` })
    }
    throw new ProblemError(denied(path))
  }
}

function refuseUnsafe(path: string, status: Stats): void {
  if (!status.isFile() || status.size > mostOctets) {
    const message = `SessionCryptoPassphraseFile: ${path} is no file with passphrases`
    const found = status.isFile() ? `${status.size} octets` : 'something that is not a file'
    throw new ProblemError({ code: 'bad-value', message, expected: `a file of at most ${mostOctets} octets`, found })
  }
  const user = process.geteuid?.() ?? status.uid
  const isForeign = status.uid !== user && status.uid !== 0
  if (!isForeign && (status.mode & 0o022) === 0) return
  const message = `SessionCryptoPassphraseFile: others can change ${path}`
  const found = `mode ${(status.mode & 0o777).toString(8)}, user ${status.uid}`
  throw new ProblemError({ code: 'bad-value', message, found, fix: `chown ${user} '${path}' && chmod 600 '${path}'` })
}

function denied(path: string): Problem {
  const user = process.geteuid?.() ?? ''
  const message = `Permission denied: ${path}`
  return { code: 'bad-value', message, fix: `chown ${user} '${path}' && chmod 600 '${path}'` }
}

function failed(program: string, error: Error & { code?: unknown; killed?: boolean; signal?: unknown }): Problem {
  const { code, killed, signal } = error
  const how = typeof code === 'number' ? `it ended with status ${code}` : String(code ?? signal)
  const found = killed === true ? `it took longer than ${longestRunMs / 1000} s` : how
  const message = `SessionCryptoPassphrase not set: the program ${program} failed`
  const fix = 'run the program by hand, as the user of the gateway'
  return { code: 'missing-directive', message, expected: 'a program that prints the passphrase', found, fix }
}

function silent(program: string): Problem {
  const message = `SessionCryptoPassphrase not set: the program ${program} printed nothing`
  return { code: 'missing-directive', message, expected: 'the passphrase in its first line', found: 'nothing' }
}
