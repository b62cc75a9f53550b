import { modules } from '../../../config/modules.ts'
import { shortName } from '../../../modules/names.ts'
import { type DescribedArgument, type DescribedCommand, type DescribedOption, nameOf } from '../model.ts'

/** What can come next: words of a list, paths, or nothing that could be guessed. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'directories' }
  | { readonly kind: 'none' }

/** The option that every command has besides its own. */
const help: DescribedOption = {
  flags: '-h, --help',
  names: ['-h', '--help'],
  description: 'show this help',
  defaultText: undefined,
  isRepeatable: false,
  takesValue: false,
  value: undefined,
  choices: [],
}

/** The options of a command. */
export function optionsOf({ options }: DescribedCommand): readonly DescribedOption[] {
  return [...options, help]
}

/** The words that call a command, behind those of the one that it belongs to. */
export function callsOf(command: DescribedCommand): readonly string[] {
  return [nameOf(command), ...command.aliases]
}

/** A word by which a command goes on. */
export interface NextWord {
  readonly name: string
  readonly description: string
}

/** The words that may follow those of a command which has others below it. */
export function wordsBelow({ commands }: DescribedCommand): readonly NextWord[] {
  const below = commands.map((command) => ({ name: nameOf(command), description: command.description }))
  return [...below, { name: 'help', description: 'show the help of a command' }]
}

/** What the value of an option may be. */
export function valueOf({ choices, value }: DescribedOption): Candidates {
  return candidates(value ?? '', choices)
}

/** What an argument may be. */
export function argumentOf({ choices, name }: Pick<DescribedArgument, 'choices' | 'name'>): Candidates {
  return candidates(name, choices)
}

function candidates(name: string, choices: readonly string[]): Candidates {
  if (choices.length > 0) return { kind: 'words', words: choices }
  if (name === 'modules') return { kind: 'words', words: modules.map(({ id }) => shortName(id)) }
  if (name === 'directory') return { kind: 'directories' }
  return ['file', 'path', 'from', 'to', 'source', 'target', 'config'].includes(name)
    ? { kind: 'files' }
    : { kind: 'none' }
}

/** A text in single quotes of a POSIX shell. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
