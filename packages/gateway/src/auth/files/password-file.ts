import type { Diagnostic } from '../../config/diagnostics.ts'
import { isUnusable, readStoredPassword, type WeakScheme } from '../password/stored-password.ts'
import { fileLines } from './file-lines.ts'
import { WatchedFile, type WatchOptions } from './watched-file-node.ts'

/** What an unknown user's password is compared with where a file has no usable line: bcrypt as htpasswd makes it. */
const strangersPassword = '$2y$05$KmnluR4gZ4CZ8eytT12.A.DzMfoMN5RZpFldGzxyCyxUwVDQfWJm6'
/** So many findings are enough to see what is wrong with a file. */
const mostFindings = 100

/** What a password file says. */
export interface Users {
  /** The stored password of each user, also of those who cannot log in with theirs. */
  readonly stored: ReadonlyMap<string, string>
  /** Users whose stored password cannot be used. */
  readonly unusable: ReadonlySet<string>
  /** The one among them that takes the most work to compare with. */
  readonly costliest: string
  readonly findings: readonly Diagnostic[]
}

/** How a password file is read. */
export interface PasswordFileOptions extends WatchOptions {
  /** Weak ways of keeping passwords that are taken nevertheless (default: none). */
  readonly allowed?: ReadonlySet<WeakScheme>
  /** Is told what is wrong with lines of the file, once for each change of it. */
  onFindings?(findings: readonly Diagnostic[]): void
}

/** A file of `user:hash` lines, as htpasswd makes it. Read again when it changes. */
export class PasswordFile {
  readonly path: string
  readonly allowed: ReadonlySet<WeakScheme>
  readonly #file: WatchedFile<Users>

  constructor(path: string, { allowed = new Set(), onFindings, ...watching }: PasswordFileOptions = {}) {
    this.path = path
    this.allowed = allowed
    this.#file = new WatchedFile(
      path,
      {
        failure: 'AH01620: Could not open password file',
        read: (text) => {
          const users = readUsers(text, path, allowed)
          if (users.findings.length > 0) onFindings?.(users.findings)
          return users
        },
      },
      watching,
    )
  }

  /** @throws AuthFault with the reason `file` when it cannot be read. */
  users(): Promise<Users> {
    return this.#file.content()
  }
}

/**
 * Reads a password file: `user:hash`, and what follows a further colon is ignored. User names are case-sensitive, and of
 * several lines for one the first counts.
 */
export function readUsers(text: string, path: string, allowed: ReadonlySet<WeakScheme> = new Set()): Users {
  const users = new UsersReader(path, allowed)
  for (const { text: line, place } of fileLines(text, path)) users.line(line, place.line)
  return users
}

class UsersReader implements Users {
  readonly stored = new Map<string, string>()
  readonly unusable = new Set<string>()
  readonly findings: Diagnostic[] = []
  costliest = strangersPassword
  readonly #path: string
  readonly #allowed: ReadonlySet<WeakScheme>
  #work = 0

  constructor(path: string, allowed: ReadonlySet<WeakScheme>) {
    this.#path = path
    this.#allowed = allowed
  }

  line(text: string, line: number): void {
    const colon = text.indexOf(':')
    if (colon === -1) {
      this.#find(line, 'There is no colon in this line', 'write user:hash, as "sekisho htpasswd" does')
      return
    }
    const user = text.slice(0, colon)
    // Apache takes several colons for one.
    const [hash = ''] = text.slice(colon).replace(/^:+/, '').split(':', 1)
    if (this.stored.has(user)) {
      this.#find(line, `There is a line for ${user} above, and the first one counts`, 'remove one of them')
      return
    }
    this.stored.set(user, hash)
    this.#judge(user, hash, line)
  }

  #judge(user: string, hash: string, line: number): void {
    const reading = readStoredPassword(hash, this.#allowed)
    if (isUnusable(reading)) {
      this.unusable.add(user)
      const fix = `set a new password: sekisho htpasswd ${this.#path} ${user}`
      this.#find(line, `${user} cannot log in: ${reading.problem}`, fix)
    } else if (reading.work > this.#work) {
      this.#work = reading.work
      this.costliest = hash
    }
  }

  #find(line: number, message: string, fix: string): void {
    if (this.findings.length >= mostFindings) return
    this.findings.push({ severity: 'warning', code: 'bad-value', file: this.#path, line, column: 1, message, fix })
  }
}
