import type { Note } from './contract.ts'
import type { Member } from './source-text.ts'

/** Collects what is to be known about a program. */
export class NoteBook {
  readonly notes: Note[] = []
  readonly #program: string

  constructor(program: string) {
    this.#program = program
  }

  /** @param member Where it stands, if it is about one. */
  add(about: string, text: string, member?: Member): void {
    this.notes.push(member === undefined ? { about, text } : { about, line: this.#lineOf(member), text })
  }

  #lineOf({ at }: Member): number {
    return this.#program.slice(0, at).split('\n').length
  }
}
