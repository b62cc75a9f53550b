import { closeSync, openSync, write, writeSync } from 'node:fs'

/** How many characters may wait to be written; beyond that lines are dropped, and counted. */
const mostWaiting = 4 * 1024 * 1024

/** A file that lines are appended to, in the order in which they came. Several processes may append to the same one. */
export class LogFile {
  /** Undefined: standard error. */
  readonly path: string | undefined
  #descriptor: number
  #waiting: string[] = []
  #waitingLength = 0
  #dropped = 0
  #state: 'idle' | 'scheduled' | 'writing' | 'closed' = 'idle'
  #whenIdle: (() => void)[] = []

  /** @throws What opening throws: nobody would notice a log that is not there. */
  constructor(path: string | undefined) {
    this.path = path
    this.#descriptor = open(path)
  }

  /** Appends one line, its line end included. Never throws; what cannot be written is dropped. */
  write(line: string): void {
    if (this.#state === 'closed') return
    if (this.#waitingLength > mostWaiting) {
      this.#dropped += 1
      return
    }
    this.#waiting.push(line)
    this.#waitingLength += line.length
    if (this.#state !== 'idle') return
    this.#state = 'scheduled'
    setImmediate(() => this.#flush())
  }

  /** Opens the path anew, for whoever has renamed the file. What cannot be opened goes on as it was, and throws. */
  reopen(): void {
    if (this.path === undefined || this.#state === 'closed') return
    const fresh = open(this.path)
    const stale = this.#descriptor
    this.#descriptor = fresh
    // A write may be on its way to the old one.
    void this.idle().then(() => closeSync(stale))
  }

  /** Resolves when all that was written so far is in the file. */
  idle(): Promise<void> {
    if (this.#state === 'idle' || this.#state === 'closed') return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    await this.idle()
    this.#state = 'closed'
    if (this.path !== undefined) closeSync(this.#descriptor)
  }

  /** Writes what waits at once: the process is about to end. */
  flushNow(): void {
    const text = this.#take()
    if (this.#state === 'closed' || text === '') return
    try {
      writeSync(this.#descriptor, text)
    } catch {
      // There is nobody left to tell.
    }
  }

  #flush(): void {
    const text = this.#take()
    if (text === '') {
      this.#state = 'idle'
      for (const resolve of this.#whenIdle.splice(0)) resolve()
      return
    }
    this.#state = 'writing'
    const octets = Buffer.from(text)
    this.#writeAll(octets, 0)
  }

  #writeAll(octets: Buffer, from: number): void {
    write(this.#descriptor, octets, from, octets.length - from, null, (error, written) => {
      const rest = from + written
      if (error === null && rest < octets.length) this.#writeAll(octets, rest)
      else this.#flush()
    })
  }

  #take(): string {
    const lost = this.#dropped === 0 ? '' : `(${this.#dropped} lines could not be written)\n`
    const text = this.#waiting.join('') + lost
    this.#waiting = []
    this.#waitingLength = 0
    this.#dropped = 0
    return text
  }
}

function open(path: string | undefined): number {
  return path === undefined ? 2 : openSync(path, 'a', 0o640)
}
