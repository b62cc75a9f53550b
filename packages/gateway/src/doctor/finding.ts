import type { Severity } from '../config/diagnostics.ts'

/** Every finding that is the doctor's own, by its stable code. Those about the text of a configuration have its checker's codes. */
export const doctorTable = {
  'module-not-loaded': 'A directive is used, and the module that it belongs to is not loaded.',
  'section-skipped': 'A section is left out because of its guard, and what stands in it has no effect.',
  'lifetime-short': '`session expired`: sessions end sooner than people come back.',
  'lifetime-odd': 'The directives about the lifetime of sessions work against one another.',
  'cookie-refused': 'A browser does not keep the cookie of the sessions.',
  'cookie-not-returned': '`session not found`: a browser keeps the cookie and does not send it where it is needed.',
  'cookie-never-set': '`session not found`: nothing begins a session, so nobody gets a cookie.',
  'cookie-open': 'The cookie of the sessions is less protected than it can be.',
  'permission-denied': '`Permission denied`: the user of the gateway may not use a file or a directory.',
  'open-to-others': 'A file or a directory of the gateway is open to other users of the machine.',
  'disk-full': '`No space left on device`: no session can be written.',
  'disk-low': 'The disk of the sessions is nearly full.',
  'passphrase-missing': '`SessionCryptoPassphrase not set`: there is nothing to encrypt with.',
  'passphrase-weak': 'The passphrase can be guessed, or everybody knows it.',
  'seal-broken': 'What was encrypted does not come back, or a forgery is taken.',
  'store-missing': 'The directives that say where sessions are kept are not complete.',
  'store-away': 'The server of the sessions does not answer.',
  'login-refused': 'The database does not let the gateway in.',
  'database-missing': 'The database that is named does not exist.',
  'not-encrypted': 'Sessions and the password of the database travel in clear.',
  'table-missing': 'The table of the sessions does not exist.',
  'column-missing': 'The table of the sessions lacks a column.',
  'column-wrong': 'A column of the table cannot hold what sessions need.',
  'statement-failed': 'A statement of the configuration fails, or does not do what it is for.',
  'clock-skew': 'The clocks of this machine and of the store disagree.',
  eviction: 'Redis throws sessions away when its memory is full.',
  'not-durable': 'Sessions do not survive a restart of their server.',
  replica: 'The server is a replica, or nobody has a second copy.',
  fixation: 'A login does not protect from a session id that somebody else has planted.',
  'users-missing': 'A section asks for a login, and names no file of users.',
  'users-weak': 'Passwords are kept so that they are quickly guessed.',
  'upstream-away': 'An app does not take connections.',
  'certificate-bad': 'The certificate cannot be used, or no browser takes it.',
  'certificate-soon': 'The certificate expires soon.',
  'port-taken': 'Another program listens where the gateway is to listen.',
  'log-unusable': 'The log cannot be written.',
  'log-tells': 'The log has told of one of the usual failures lately.',
  'key-file': 'The key file is missing, or unsafe.',
  'module-failed': 'The module with the definition of the sessions cannot be loaded, or has none.',
  'session-lost': 'A session that was just written is not there any more.',
  'check-failed': 'A check could not be carried out.',
} as const

/** The code of a finding that is the doctor's own. */
export type DoctorCode = keyof typeof doctorTable

/** What a check has to say, before it is ranked among the others. */
export interface Advice {
  readonly severity: Severity
  /** Stable, for scripts: one of {@link doctorTable}, or of the checker of configurations. */
  readonly code: string
  /** One sentence; where the article about mod_session has words for it, those. */
  readonly message: string
  readonly expected?: string
  /** What is there. Never a passphrase, a password or a token. */
  readonly found?: string
  readonly fix?: string
  /** The exact shell line that mends it. */
  readonly command?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** A finding among others: the first one is the cause to begin with. */
export interface Finding extends Advice {
  /** The check that found it. */
  readonly check: string
  /** From 1. */
  readonly rank: number
}

/** A finding with a code of the doctor's own. */
export function advice(
  severity: Severity,
  code: DoctorCode,
  message: string,
  more: Omit<Advice, 'severity' | 'code' | 'message'> = {},
): Advice {
  return { severity, code, message, ...more }
}
