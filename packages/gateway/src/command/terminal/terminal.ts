/**
 * What a command of the operator sees of the terminal, or of the pipes in its place.
 *
 * @module
 */

/** How a text stands out on a terminal. Elsewhere, and where `NO_COLOR` is set, it does not. */
export type Style = 'good' | 'warn' | 'bad' | 'dim' | 'strong'

/** A stream to write to. */
export interface Output {
  /** Whether somebody looks at it, rather than a file or another program. */
  readonly isTerminal: boolean
  /** Its width in columns; unlimited where nobody looks. */
  readonly columns: number
  /** Writes a text as it is. */
  write(text: string): void
  /** Writes a text and a line end. */
  line(text?: string): void
  /** Writes a value as an indented JSON document. */
  json(value: unknown): void
  /** The text with its style; as it was where there are no styles. */
  style(name: Style, text: string): string
}

/** How far long work has come. Shown on standard error: a bar on a terminal, else a line every few seconds. */
export interface Progress extends Disposable {
  /** So many more (default 1). */
  advance(by?: number): void
  /** So many in all. */
  at(done: number): void
  /** Takes the bar away; says the text, if there is one. */
  done(text?: string): void
}

/** What a table may have besides its rows. */
export interface TableOptions {
  /** Titles of the columns. A terminal shows them; what is piped has rows only. */
  readonly head?: readonly string[]
}

/** How a question is asked. */
export interface ConfirmOptions {
  /** True: the answer was given with `--yes`, and nobody is asked. */
  readonly yes?: boolean
}

/** What a command talks to. */
export interface Terminal {
  /** Standard output: the result of a command, and nothing else. */
  readonly out: Output
  /** Standard error: warnings, errors, progress. */
  readonly err: Output
  /**
   * Aborted by the first Ctrl-C or SIGTERM, and when the reader of standard output goes away. A second signal ends the process at
   * once. A command that never asks for it is ended by the first.
   */
  readonly interrupted: AbortSignal
  /** Rows as text with a line end: aligned and cut to the width on a terminal, separated by tabs elsewhere. */
  table(rows: readonly (readonly string[])[], options?: TableOptions): string
  /** Begins to show how far work has come. @param total How many there are; without it only a count is shown. */
  progress(label: string, total?: number): Progress
  /**
   * A secret: asked for without an echo on a terminal, else the first line of standard input.
   *
   * @throws CommandError when there is none.
   */
  password(question: string): Promise<string>
  /** Asks before something is done that cannot be taken back. @throws CommandError without a terminal and without `yes`. */
  confirm(question: string, options?: ConfirmOptions): Promise<boolean>
}
