import { allCommands, type DescribedCommand, type DescribedOption, usage } from './model.ts'

/** The manual page in roff with the macros of man(7). */
export function manPage(root: DescribedCommand, version: string): string {
  const commands = allCommands(root).slice(1)
  const lines = [
    '.\\" Made by `npm run generate` from the definitions of the commands. Edit those.',
    `.TH SEKISHO 1 "" "Sekisho ${version}" "User Commands"`,
    '.SH NAME',
    `sekisho \\- ${roff(decapitalised(root.description))}`,
    '.SH SYNOPSIS',
    '.B sekisho',
    '.I command',
    '.RI [ options ]',
    '.SH OPTIONS',
    ...root.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...exitLines(root.notes),
    '.SH ENVIRONMENT',
    ...term('NO_COLOR', 'No colours on a terminal, when it is set and not empty.'),
    ...term('STATE_DIRECTORY', 'The state directory, as systemd gives it.'),
    '.SH FILES',
    ...term('/var/lib/sekisho', 'The state directory of root: keys, and sessions that no directive gives a place to.'),
    ...term('~/.local/state/sekisho', 'That of other users.'),
  ]
  return `${lines.join('\n')}\n`
}

function commandLines(command: DescribedCommand): string[] {
  const { words, description, arguments: parts, options, notes, examples } = command
  return [
    `.SS ${words.slice(1).join(' ')}`,
    `.B ${roff(usage(command))}`,
    '.PP',
    roff(`${description}.`),
    ...parts.flatMap((part) => term(part.name, part.description)),
    ...options.flatMap(optionLines),
    ...(notes === '' ? [] : ['.PP', roff(notes)]),
    ...(examples.length === 0 ? [] : ['.PP', 'Examples:', '.PP', '.RS 4', '.nf', ...examples.map(roff), '.fi', '.RE']),
  ]
}

function optionLines({ flags, description, choices, defaultText }: DescribedOption): string[] {
  const among = choices.length === 0 ? '' : `: ${choices.join(', ')}`
  const usual = defaultText === undefined ? '' : ` (default: ${defaultText})`
  return term(flags, `${description}${among}${usual}`)
}

function term(name: string, text: string): string[] {
  return ['.TP', `.B ${roff(name)}`, roff(text)]
}

/** `Exit codes: 0 good, 1 …` as a list. */
function exitLines(notes: string): string[] {
  const [, list = ''] = /Exit codes: ([^\n]*)/.exec(notes) ?? []
  return list
    .replace(/\.$/, '')
    .split(/, (?=\d)/)
    .flatMap((entry) => {
      const [code = '', ...meaning] = entry.split(' ')
      return term(code, meaning.join(' '))
    })
}

/** A dot or a quote at the beginning of a line would be a command. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(
      /[^\0-\u007f]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replaceAll(/^(?=[.'])/gm, '\\&')
}

function decapitalised(text: string): string {
  return `${text[0]?.toLowerCase() ?? ''}${text.slice(1)}`
}
