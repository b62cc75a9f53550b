import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import type { Output, Style } from './terminal.ts'

type Format = Parameters<typeof styleText>[0]

const formats: Readonly<Record<Style, Format>> = {
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  dim: 'dim',
  strong: 'bold',
}

/** What is asked of a stream. */
export type OutputStream = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>

type Environment = Readonly<Record<string, string | undefined>>

/** A stream with what a command needs of it. @param environment Where `NO_COLOR` and `TERM` are looked up. */
export function outputOf(stream: OutputStream, environment: Environment = process.env): Output {
  const isTerminal = stream.isTTY === true
  const isStyled = isTerminal && hasStyles(environment)
  return {
    isTerminal,
    get columns() {
      // A terminal that has not been told its size says 0.
      return isTerminal ? stream.columns || 80 : Infinity
    },
    write: (text) => void stream.write(text),
    line: (text = '') => void stream.write(`${text}\n`),
    json: (value) => void stream.write(`${JSON.stringify(value, undefined, 2)}\n`),
    style: (name, text) => (isStyled ? styleText(formats[name], text, { validateStream: false }) : text),
  }
}

/** https://no-color.org: any value but the empty one. */
function hasStyles({ NO_COLOR: none, TERM: kind }: Environment): boolean {
  return (none === undefined || none === '') && kind !== 'dumb'
}
