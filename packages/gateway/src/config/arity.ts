import type { Problem } from './diagnostics.ts'
import { type Word, wordsFrom } from './words.ts'

/** How many arguments a directive takes, in the words of the real server's tables. */
export type Arity =
  | 'NO_ARGS'
  | 'RAW_ARGS'
  | 'FLAG'
  | 'TAKE1'
  | 'TAKE2'
  | 'TAKE12'
  | 'TAKE3'
  | 'TAKE23'
  | 'TAKE123'
  | 'TAKE13'
  | 'TAKE_ARGV'
  | 'ITERATE'
  | 'ITERATE2'

const bounds: Readonly<Record<Arity, readonly [number, number, string]>> = {
  NO_ARGS: [0, 0, 'takes no arguments'],
  RAW_ARGS: [0, Infinity, ''],
  FLAG: [1, Infinity, 'must be On or Off'],
  TAKE1: [1, 1, 'takes one argument'],
  TAKE2: [2, 2, 'takes two arguments'],
  TAKE12: [1, 2, 'takes 1-2 arguments'],
  TAKE3: [3, 3, 'takes three arguments'],
  TAKE23: [2, 3, 'takes two or three arguments'],
  TAKE123: [1, 3, 'takes one, two or three arguments'],
  TAKE13: [1, 3, 'takes one or three arguments'],
  TAKE_ARGV: [0, Infinity, ''],
  ITERATE: [1, Infinity, 'requires at least one argument'],
  ITERATE2: [2, Infinity, 'requires at least two arguments'],
}

/** What a directive's name and help add to a message. */
interface Named {
  readonly name: string
  readonly takes: Arity
  readonly syntax: string
  readonly help: string
}

/** The arguments of a line, or why their number is wrong. An empty one (`""`) where one is needed counts as none. */
export function takeArguments({ name, takes, syntax, help }: Named, line: string, from: number): Word[] | Problem {
  const words = takes === 'RAW_ARGS' ? [] : wordsFrom(line, from)
  const [least, most, verdict] = bounds[takes]
  const filled = words.slice(0, least).every(({ text }) => text !== '')
  const switches = takes !== 'FLAG' || /^o(?:n|ff)$/i.test(words[0]?.text ?? '')
  const odd = takes === 'TAKE13' && words.length === 2
  if (words.length >= least && words.length <= most && filled && switches && !odd) return words
  const told = takes === 'FLAG' || takes === 'NO_ARGS' ? '' : `, ${help.replace(/\.$/, '')}`
  return {
    code: 'wrong-arguments',
    message: `${name} ${verdict}${told}`,
    expected: `${name} ${syntax}`.trim(),
    found: found(words),
    fix: advice(words, most),
  }
}

function found(words: readonly Word[]): string {
  if (words.length === 0) return 'no argument'
  if (words.every(({ text }) => text === '')) return 'an empty argument'
  return words.length === 1 ? 'one argument' : `${words.length} arguments`
}

function advice(words: readonly Word[], most: number): string {
  if (words.some(({ text, quoted }) => !quoted && text.startsWith('#')))
    return 'put the comment on a line of its own: there are none behind a directive'
  return words.length > most ? 'put an argument with blanks into quotes' : 'complete the line'
}
