/** One argument of a directive. */
export interface Word {
  /** The value: quotes taken off, escapes undone. */
  readonly text: string
  /** The offset in the logical line of its first character, a quote included. */
  readonly start: number
  /** The offset behind its last character. */
  readonly end: number
  readonly quoted: boolean
}

/** True for the characters that separate words: those of isspace(3) in the C locale. */
export function isBlank(character: string | undefined): boolean {
  return character !== undefined && ' \t\n\v\f\r'.includes(character)
}

/** Reads the word that begins at or after an offset. @returns Undefined when only blanks are left. */
export function wordAt(line: string, from: number): Word | undefined {
  let start = from
  while (isBlank(line[start])) start += 1
  if (start >= line.length) return undefined
  const first = line[start]
  return first === '"' || first === "'" ? quotedWord(line, start, first) : bareWord(line, start)
}

/** All words from an offset on. */
export function wordsFrom(line: string, from: number): Word[] {
  const words: Word[] = []
  for (let word = wordAt(line, from); word !== undefined; word = wordAt(line, word.end)) words.push(word)
  return words
}

/** The rest of a line from an offset on, without the blanks around it. */
export function restFrom(line: string, from: number): string {
  return line.slice(from).replace(/^[ \t\n\v\f\r]+/, '')
}

/** A word that begins with a quote runs to its match; a missing one is forgiven, as the real server does. */
function quotedWord(line: string, start: number, quote: string): Word {
  let end = start + 1
  while (end < line.length && line[end] !== quote) end += escapes(line, end, quote) ? 2 : 1
  end = Math.min(end, line.length)
  const text = undone(line.slice(start + 1, end), quote)
  return { text, start, end: line[end] === quote ? end + 1 : end, quoted: true }
}

function bareWord(line: string, start: number): Word {
  let end = start
  while (end < line.length && !isBlank(line[end])) end += 1
  return { text: undone(line.slice(start, end), undefined), start, end, quoted: false }
}

function escapes(line: string, at: number, quote: string): boolean {
  return line[at] === '\\' && (line[at + 1] === '\\' || line[at + 1] === quote)
}

/** Only `\\` and, between quotes, an escaped quote are escapes; any other backslash stays. */
function undone(text: string, quote: string | undefined): string {
  if (!text.includes('\\')) return text
  if (quote === undefined) return text.replaceAll('\\\\', '\\')
  return text.replaceAll(quote === '"' ? /\\([\\"])/g : /\\([\\'])/g, '$1')
}
