/** Something that the operator should know. */
export interface AuthNotice {
  readonly level: 'error' | 'warn' | 'info'
  /** Which part says it, as LogLevel names it. */
  readonly module: 'auth_basic' | 'auth_form' | 'authn_core' | 'authn_file' | 'authz_core'
  /** Begins with the number of Apache's message where it has one: `AH01617: user bob: …`. Never holds a password. */
  readonly message: string
}

/** Takes notices to the log, which has to hold back a flood of them: whoever guesses passwords causes one each. */
export type AuthLog = (notice: AuthNotice) => void

/** A text that a client chose, on one line and not too long. */
export function shown(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text
  return short.replaceAll(/[\p{C}\p{Zl}\p{Zp}\\]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`)
}
