import { asRoot } from './shell.ts'

/** What a message of the library's own says, and what mends it. */
export interface Told {
  readonly what: string
  /** A shell line, for root. */
  readonly command?: string
  /** One sentence. */
  readonly fix?: string
}

const isShellLine = /^(?:\(umask|(?:chmod|chown|install|mkdir|rm)\s)/

/** Parts a message of the library's own from the mending that it ends with. */
export function partedMend(message: string): Told {
  const [what = message, mend] = message.split(/; mend it with: /, 2)
  if (mend === undefined) return { what }
  return isShellLine.test(mend) ? { what, command: asRoot(mend.split(/, or /, 1)[0] ?? mend) } : { what, fix: mend }
}
