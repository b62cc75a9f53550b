import { unicodeOr } from '@clack/prompts'
import type { Output, Progress } from './terminal.ts'

const barWidth = 24
const full = unicodeOr('━', '=')
const empty = unicodeOr('─', '-')

/** How often something is shown. */
const barMs = 100
const lineMs = 5000

/**
 * Shows how far work has come. The bar of the library that asks the questions takes the keyboard for itself and answers Ctrl-C by
 * ending the process with 0; this one leaves both to whoever does the work.
 */
export function showProgress(label: string, total: number | undefined, err: Output): Progress {
  const shown = new ShownProgress(label, total, err)
  shown.at(0)
  return shown
}

class ShownProgress implements Progress {
  readonly #label: string
  readonly #total: number | undefined
  readonly #err: Output
  readonly #started = performance.now()
  #done = 0
  #lastShown: number
  #isOver = false

  constructor(label: string, total: number | undefined, err: Output) {
    this.#label = label
    this.#total = total
    this.#err = err
    // A bar shows itself at once, a line only when the work turns out to be long.
    this.#lastShown = err.isTerminal ? -Infinity : this.#started
  }

  advance(by: number = 1): void {
    this.at(this.#done + by)
  }

  at(done: number): void {
    this.#done = done
    const now = performance.now()
    if (this.#isOver || now - this.#lastShown < (this.#err.isTerminal ? barMs : lineMs)) return
    this.#lastShown = now
    if (this.#err.isTerminal) this.#err.write(`\r${this.#bar()}${this.#state(now)}\u001b[K`)
    else this.#err.line(`${this.#label}: ${this.#state(now)}`)
  }

  done(text?: string): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#err.isTerminal) this.#err.write('\r\u001b[K')
    if (text !== undefined) this.#err.line(text)
  }

  [Symbol.dispose](): void {
    this.done()
  }

  #bar(): string {
    if (this.#total === undefined || this.#err.columns < barWidth * 3) return `${this.#label}: `
    const share = this.#total === 0 ? 1 : Math.min(1, this.#done / this.#total)
    const filled = Math.round(share * barWidth)
    const rest = this.#err.style('dim', empty.repeat(barWidth - filled))
    return `${this.#label} ${this.#err.style('good', full.repeat(filled))}${rest} `
  }

  #state(now: number): string {
    const seconds = (now - this.#started) / 1000
    const rate = seconds < 1 ? '' : `, ${counted(Math.round(this.#done / seconds))}/s`
    if (this.#total === undefined) return `${counted(this.#done)}${rate}`
    const percent = this.#total === 0 ? 100 : Math.floor((100 * this.#done) / this.#total)
    return `${percent} %, ${counted(this.#done)} of ${counted(this.#total)}${rate}${this.#left(seconds)}`
  }

  #left(seconds: number): string {
    if (this.#total === undefined || seconds < 1 || this.#done === 0 || this.#done >= this.#total) return ''
    const left = Math.round((seconds * (this.#total - this.#done)) / this.#done)
    return `, ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`
  }
}

function counted(number: number): string {
  return number.toLocaleString('en-US')
}
