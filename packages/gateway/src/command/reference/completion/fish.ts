import { allCommands, type DescribedCommand, type DescribedOption, nameOf } from '../model.ts'
import { argumentOf, type Candidates, valueOf } from './words.ts'

/** For fish: `sekisho completion fish > ~/.config/fish/completions/sekisho.fish`. */
export function fishCompletion(root: DescribedCommand): string {
  return `# Completion of sekisho for fish. Made by "sekisho completion fish".
${allCommands(root).flatMap(linesOf).join('\n')}
`
}

function linesOf(command: DescribedCommand): string[] {
  const when = condition(command)
  const inner = command.commands.map(
    (below) => `complete -c sekisho -f -n ${when} -a ${quoted(nameOf(below))} -d ${quoted(below.description)}`,
  )
  const options = command.options.map((option) => `complete -c sekisho -n ${when} ${optionWords(option)}`)
  return [...inner, ...options, ...argumentLine(command, when)]
}

function argumentLine({ commands, arguments: parts }: DescribedCommand, when: string): string[] {
  const last = parts.at(-1)
  if (commands.length > 0 || last === undefined) return []
  return [`complete -c sekisho -n ${when} ${valueWords(argumentOf(last))}`]
}

function optionWords(option: DescribedOption): string {
  const names = option.names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  const value = option.takesValue ? ` -r ${valueWords(valueOf(option))}` : ''
  return `${names.join(' ')}${value} -d ${quoted(option.description)}`
}

function valueWords(wanted: Candidates): string {
  switch (wanted.kind) {
    case 'words':
      return `-f -a ${quoted(wanted.words.join(' '))}`
    case 'files':
      return '-F'
    case 'directories':
      return "-f -a '(__fish_complete_directories)'"
    case 'none':
      return '-f'
  }
}

/** The words of the command are there, and none of a command below it. */
function condition({ words, commands }: DescribedCommand): string {
  const present = words.slice(1).map((word) => `__fish_seen_subcommand_from ${word}`)
  const names = commands.map(nameOf)
  const absent = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(' ')}`]
  return quoted([...present, ...absent].join('; and ') || 'true')
}

/** Within single quotes fish knows `\\'` and `\\\\`. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
