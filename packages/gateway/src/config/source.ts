/** A place in a configuration file. Lines and columns count from 1; columns count UTF-16 units, as editors do. */
export interface Place {
  /** The path of the file, as it was opened. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The text of one configuration file. */
export class Source {
  readonly file: string
  readonly text: string
  #starts: number[] | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  /** The physical line with this number (from 1) without its line end; empty when there is none. */
  lineText(line: number): string {
    this.#starts ??= lineStarts(this.text)
    const starts = this.#starts
    const start = starts[line - 1]
    if (start === undefined) return ''
    return this.text.slice(start, (starts[line] ?? this.text.length + 1) - 1).replace(/\r$/, '')
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
