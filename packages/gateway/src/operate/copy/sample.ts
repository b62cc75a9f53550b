const size = 200

/** Some of very many, each as likely as any other, whatever their number. */
export class Sample {
  readonly #addresses: string[] = []
  #offered = 0

  offer(address: string): void {
    this.#offered += 1
    const at = this.#offered <= size ? this.#offered - 1 : Math.floor(Math.random() * this.#offered)
    if (at < size) this.#addresses[at] = address
  }

  get addresses(): readonly string[] {
    return this.#addresses
  }
}
