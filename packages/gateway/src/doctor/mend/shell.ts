import { readFileSync } from 'node:fs'
import type { Place } from '../../config/source.ts'
import { isStartedByRoot } from '../site/started-as-node.ts'
import { quoted } from '../../session/stores/files/file-faults-node.ts'

export { quoted }

/**
 * Changes of one line of a configuration, each as a shell line for GNU's sed. It changes the line only while the directive stands there
 * that stands there now: another change may have moved it, and then nothing happens, and whoever asks again is told the right line.
 */
export const edit = {
  /** Puts another text in the place of a word of the line. */
  word(place: Place, word: string, other: string): string {
    return sed(place, `s/${pattern(word)}/${replacement(other)}/`)
  },

  /** Puts another text in the place of everything from a directive's name to the end of its line. */
  directive(place: Place, name: string, whole: string): string {
    return sed(place, `s/${pattern(name)}[[:space:]].*/${replacement(whole)}/I`)
  },

  /** Takes what an extended regular expression matches out of the line, whatever the case of its letters. */
  without(place: Place, expression: string): string {
    return sed(place, `s/${expression}//I`)
  },

  /** Puts a text at the end of the line. */
  end(place: Place, text: string): string {
    return sed(place, `s/[[:space:]]*$/${replacement(text)}/`)
  },

  /** Takes the line away. */
  away(place: Place): string {
    return sed(place, 'd')
  },

  /** Puts a line behind another one. */
  behind(place: Place, text: string): string {
    return sed(place, `a ${text}`)
  },

  /** Puts a line with a new passphrase behind another one. No process is ever given the passphrase as an argument. */
  passphraseBehind(place: Place): string {
    return `${newPassphrase} | ${sed(place, 'r /dev/stdin')}`
  },

  /** Puts a new passphrase in the place of a line. */
  passphraseInstead(place: Place): string {
    return `${newPassphrase} | ${sed(place, '{r /dev/stdin', 'd', '}')}`
  },
}

const newPassphrase = String.raw`printf 'SessionCryptoPassphrase %s\n' "$(openssl rand -base64 32)"`

/** @param commands The first of them is told the line; the others end what it begins. */
function sed(place: Place, ...commands: readonly [string, ...string[]]): string {
  const [first, ...rest] = commands
  const script = [`${place.line}{/^[[:space:]]*${directiveAt(place)}/${first}`, ...rest, '}']
  return `sed -i -E ${script.map((part) => `-e ${quoted(part)}`).join(' ')} ${quoted(place.file)}`
}

/** The name of the directive, or the beginning of the tag, that stands in a line: letters, and nothing that a pattern minds. */
function directiveAt({ file, line }: Place): string {
  try {
    const text = readFileSync(file, 'utf8').split('\n')[line - 1] ?? ''
    return /^\s*([<\w]+)/.exec(text)?.[1] ?? ''
  } catch {
    // Whoever cannot read the file cannot change it either.
    return ''
  }
}

/** A line for root, from whoever is not. */
export function asRoot(command: string): string {
  if (isStartedByRoot) return command
  return command.includes(' && ') ? `sudo sh -c ${quoted(command)}` : `sudo ${command}`
}

/** A line that was written for whoever is not root. */
export function withSudo(command: string): string {
  return isStartedByRoot ? command.replaceAll('sudo ', '') : command
}

function pattern(text: string): string {
  return text.replaceAll(/[\\/.*+?()|{}[\]^$]/g, String.raw`\$&`)
}

function replacement(text: string): string {
  return text.replaceAll(/[\\/&]/g, String.raw`\$&`)
}
