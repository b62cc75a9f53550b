/** What a thread is asked: whether a password is the stored one. */
export interface HashJob {
  readonly stored: string
  readonly password: Uint8Array
}

/** What it answers. */
export type HashResult = { readonly matches: boolean } | { readonly failure: string }
