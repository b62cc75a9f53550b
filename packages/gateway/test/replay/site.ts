/** What the tests of this folder have in common: an app that writes, people who log in, and places to keep sessions in. */
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { SessionCrypto } from 'sekisho/apache'
import type { AppHandler } from '../gateway/app.ts'

/** An app that answers with the fields in the query: `/?X-S=cart%3Dtea` with `X-S: cart=tea`; `status` is the status. */
export const writer: AppHandler = ({ url }, response) => {
  for (const [name, value] of new URL(url, 'http://app').searchParams)
    if (name === 'status') response.statusCode = Number(value)
    else response.appendHeader(name, value)
}

/** A path at which {@link writer} writes into the session, where SessionHeader is `X-S`. */
export function writing(session: string, path = '/'): string {
  return `${path}?X-S=${encodeURIComponent(session)}`
}

const passphrase = 'of the tests that replay'

/** Encrypts what is in the cookie. */
export const encrypted: string = `SessionCryptoPassphrase "${passphrase}"`

/** Encrypts as {@link encrypted} does. */
export const crypto: SessionCrypto = new SessionCrypto({ passphrases: [passphrase] })

/** A password file in which the password of alice and bob is the name twice. */
export const users: string = ['alice', 'bob']
  .map((user) => `${user}:{SHA}${createHash('sha1').update(`${user}${user}`).digest('base64')}\n`)
  .join('')

/** What alice fills into a login form. */
export const alice: Readonly<Record<string, string>> = { httpd_username: 'alice', httpd_password: 'alicealice' }

/** A section below `/in` that asks for a login by a form; the users are in `users` below the folder of the test. */
export const loginSection: string = `
<Location /in>
AuthType Form
AuthName realm
AuthUserFile \${ROOT}/users
AuthFormLoginSuccessLocation /in/welcome
Require valid-user
</Location>`

/** A database of its own, in which the table of Apache's manual is. Dispose of it. */
export class SessionTable {
  /** The lines of a configuration that lead there, by the statements of the manual. */
  readonly directives: string
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'sekisho-table-'))
  readonly #database: DatabaseSync

  constructor() {
    const path = join(this.#folder, 'sessions.db')
    this.#database = new DatabaseSync(path, { timeout: 2000 })
    this.#database.exec(`
CREATE TABLE session (key TEXT PRIMARY KEY, value TEXT, expiry BIGINT);
CREATE TABLE writes (verb TEXT);
CREATE TRIGGER inserts AFTER INSERT ON session BEGIN INSERT INTO writes VALUES ('insert'); END;
CREATE TRIGGER updates AFTER UPDATE ON session BEGIN INSERT INTO writes VALUES ('update'); END;
CREATE TRIGGER deletes AFTER DELETE ON session BEGIN INSERT INTO writes VALUES ('delete'); END`)
    this.directives = `DBDriver sqlite3\nDBDParams ${path}\n${preparedStatements()}`
  }

  rows(): Record<'key' | 'value' | 'expiry', string | number>[] {
    return this.#database.prepare('SELECT * FROM session ORDER BY key').all() as ReturnType<SessionTable['rows']>
  }

  /** What was done to rows since the last call, in order. */
  writes(): string[] {
    const verbs = this.#database.prepare('SELECT verb FROM writes ORDER BY rowid').all()
    this.#database.exec('DELETE FROM writes')
    return verbs.map(({ verb }) => String(verb))
  }

  [Symbol.dispose](): void {
    this.#database.close()
    rmSync(this.#folder, { recursive: true })
  }
}

/** The statements of Apache's manual under the labels of that manual, or others. */
export function preparedStatements(labelOf: (verb: string) => string = (verb) => `${verb}session`): string {
  return `
DBDPrepareSQL "select value from session where key = %s and (expiry = 0 or expiry > %lld)" ${labelOf('select')}
DBDPrepareSQL "update session set value = %s, expiry = %lld, key = %s where key = %s" ${labelOf('update')}
DBDPrepareSQL "insert into session (value, expiry, key) values (%s, %lld, %s)" ${labelOf('insert')}
DBDPrepareSQL "delete from session where key = %s" ${labelOf('delete')}`
}

/** A cookie that mod_session_crypto has made. */
export interface SealedVector {
  readonly passphrase: string
  readonly cipher: string
  readonly cookie: string
  /** The session in it, as Apache writes it. */
  readonly plaintext: string
}

/** A line of a password file that htpasswd has made. */
export interface PasswordVector {
  readonly format: string
  readonly user: string
  readonly password: string
  readonly line: string
  /** What the real server answers to the password. */
  readonly apache: number
  /** And to the password with one more character. */
  readonly apacheWrongPw: number
}

export const sealedVectors: readonly SealedVector[] = vectorsOf('session-crypto-vectors.json')
export const passwordVectors: readonly PasswordVector[] = vectorsOf('htpasswd-vectors.json')

function vectorsOf<Vector>(name: string): readonly Vector[] {
  const text = readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly vectors: readonly Vector[] }).vectors
}
