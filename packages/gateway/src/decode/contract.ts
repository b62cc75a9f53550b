import type { KeyRing } from 'sekisho'
import type { ApacheCipher } from 'sekisho/apache'
import type { PhpFormat } from 'sekisho/php'

/** What opens what is sealed. */
export interface DecodeKeys {
  /** Of `SessionCryptoPassphrase`. */
  readonly passphrases: readonly string[]
  readonly cipher: ApacheCipher | undefined
  /** Of a sealed session. */
  readonly keyRing: KeyRing | undefined
  /** The `name` of its definition. */
  readonly application: string | undefined
  /** The format of PHP's data; it is guessed from the text where nobody says it. */
  readonly php: PhpFormat | undefined
}

/** Something to look at. */
export interface Subject {
  /** As it came. */
  readonly octets: Buffer
  /** The same as text, without a line end. */
  readonly text: string
  /** The name of the cookie, where it is known. */
  readonly cookie: string | undefined
  /** The file that it was read from. */
  readonly path: string | undefined
}

/** What a cookie or a record holds. */
export interface Decoded {
  /** What it is, in a few words. */
  readonly kind: string
  /** What is known besides its content. */
  readonly facts: Readonly<Record<string, string>>
  /** The data of the session, where it can be opened. */
  readonly content?: unknown
  /** What to do to see more, or what is odd about it. */
  readonly note?: string
  /** It is nothing that is known, or is damaged: no session. */
  readonly isUseless?: boolean
}

/** Looks whether something is of its kind. @returns Undefined when it is not. */
export type Decoder = (subject: Subject, keys: DecodeKeys) => Promise<Decoded | undefined>
