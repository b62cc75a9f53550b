/**
 * The lines of a password file, being changed: comments, order, line ends and whatever follows a hash stay as they are.
 */
export class PasswordLines {
  readonly #lines: string[]
  readonly #lineEnd: string

  /** @param text Of the file, each character an octet. */
  constructor(text: string) {
    this.#lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
    this.#lines = text.split(/\r?\n/)
    if (this.#lines.at(-1) === '') this.#lines.pop()
  }

  /** Gives a user this hash: in the line that counts, which is the first, or in a new one. @returns Whether there was one. */
  set(user: string, hash: string): boolean {
    const at = this.#lines.findIndex((line) => isOf(line, user))
    if (at === -1) {
      this.#lines.push(`${user}:${hash}`)
      return false
    }
    const [, , ...rest] = this.#lines[at]?.split(':') ?? []
    this.#lines[at] = [user, hash, ...rest].join(':')
    return true
  }

  /** Removes all lines of a user. @returns How many there were. */
  delete(user: string): number {
    const kept = this.#lines.filter((line) => !isOf(line, user))
    const removed = this.#lines.length - kept.length
    this.#lines.splice(0, this.#lines.length, ...kept)
    return removed
  }

  /** The text of the file. */
  toString(): string {
    return this.#lines.map((line) => line + this.#lineEnd).join('')
  }
}

function isOf(line: string, user: string): boolean {
  return line.trimStart().startsWith(`${user}:`)
}
