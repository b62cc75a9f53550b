import { modules } from '../../../config/modules.ts'
import { shortName } from '../../../modules/names.ts'
import type { DescribedArgument, DescribedOption } from '../model.ts'

/** What can come next: words of a list, paths, or nothing that could be guessed. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'directories' }
  | { readonly kind: 'none' }

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
