import { once } from 'node:events'
import type { Socket } from 'node:net'
import { soon } from './waiting.ts'

/** One end of a connection, which says what it is told to, byte by byte, and keeps all that it hears. */
export class Conversation {
  readonly socket: Socket
  readonly #heard: Buffer[] = []
  #ended = false
  #error: Error | undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#heard.push(chunk))
    socket.on('end', () => (this.#ended = true))
    socket.on('error', (error) => {
      this.#error = error
      socket.destroy()
    })
  }

  /** All that was heard, one character a byte. */
  get text(): string {
    return Buffer.concat(this.#heard).toString('latin1')
  }

  /** Undefined unless the connection was reset. */
  get error(): Error | undefined {
    return this.#error
  }

  send(text: string | Buffer): void {
    this.socket.write(text, 'latin1')
  }

  /** Waits until what was heard holds a text. @returns All that was heard. */
  async heard(part: string | RegExp): Promise<string> {
    const isThere = (): boolean => (typeof part === 'string' ? this.text.includes(part) : part.test(this.text))
    while (!isThere()) {
      if (this.#isOver) throw new Error(`the end came before ${String(part)}: ${JSON.stringify(this.text)}`)
      await soon(this.#change('data', 'end', 'close'), () => `${String(part)} in ${JSON.stringify(this.text)}`)
    }
    return this.text
  }

  /** Waits for the end of the connection. @returns All that was heard. */
  async closed(): Promise<string> {
    while (!this.#isOver) await soon(this.#change('end', 'close'), () => `the end of ${JSON.stringify(this.text)}`)
    return this.text
  }

  get #isOver(): boolean {
    return this.#ended || this.socket.closed
  }

  async #change(...events: readonly string[]): Promise<void> {
    await Promise.race(events.map((event) => once(this.socket, event))).catch(() => undefined)
  }
}
