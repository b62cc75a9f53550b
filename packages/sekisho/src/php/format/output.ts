/** Up to this length, storing each character costs less than a call into the runtime, also where the text is a piece of a longer one. */
const short = 20
const quote = 34
const firstSize = 512

/** Octets that are written piece by piece into one buffer, which grows. */
export class Output {
  #octets: Buffer = Buffer.allocUnsafe(firstSize)
  #at = 0

  /** How many octets there are. */
  get length(): number {
    return this.#at
  }

  /** A text of ASCII alone. */
  ascii(text: string): void {
    const { length } = text
    if (this.#at + length > this.#octets.length) this.#grow(length)
    const octets = this.#octets
    let at = this.#at
    for (let index = 0; index < length; index += 1) octets[at++] = text.charCodeAt(index)
    this.#at = at
  }

  /** An ASCII character. */
  octet(code: number): void {
    if (this.#at === this.#octets.length) this.#grow(1)
    this.#octets[this.#at++] = code
  }

  /** A whole number from 0 up. */
  count(value: number): void {
    if (value < 10) this.octet(48 + value)
    else this.ascii(`${value}`)
  }

  /** Octets as they are. */
  octets(octets: Uint8Array): void {
    if (this.#at + octets.length > this.#octets.length) this.#grow(octets.length)
    this.#octets.set(octets, this.#at)
    this.#at += octets.length
  }

  /** A text without half surrogate pairs, of which it is known how many octets it has. */
  text(text: string, length: number): void {
    if (length === text.length && length <= short) return this.ascii(text)
    if (this.#at + length > this.#octets.length) this.#grow(length)
    this.#at += this.#octets.write(text, this.#at)
  }

  /** Octets with their number before them: `3:"abc"`. */
  quoted(octets: Uint8Array): void {
    this.#lead(octets.length)
    this.octets(octets)
    this.octet(quote)
  }

  /** A text as {@link Output.quoted} octets. */
  quotedText(text: string, length: number): void {
    this.#lead(length)
    this.text(text, length)
    this.octet(quote)
  }

  /** All of them. */
  finish(): Uint8Array {
    const octets = this.#octets.subarray(0, this.#at)
    return this.#at * 2 < this.#octets.length ? Buffer.from(octets) : octets
  }

  #lead(length: number): void {
    this.count(length)
    this.octet(58)
    this.octet(quote)
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#octets.length * 2, this.#at + more))
    larger.set(this.#octets.subarray(0, this.#at))
    this.#octets = larger
  }
}
