import { allCommands, type DescribedCommand, type DescribedOption } from '../model.ts'
import { argumentOf, callsOf, type Candidates, optionsOf, valueOf, wordsBelow } from './words.ts'

/** For fish: `sekisho completion fish > ~/.config/fish/completions/sekisho.fish`. */
export function fishCompletion(root: DescribedCommand): string {
  return `# Completion of sekisho for fish. Made by "sekisho completion fish".
${allCommands(root).flatMap(linesOf).join('\n')}
`
}

function linesOf(command: DescribedCommand): string[] {
  const when = condition(command)
  const inner = command.commands.length === 0 ? [] : wordsBelow(command)
  return [
    ...inner.map(
      ({ name, description }) => `complete -c sekisho -f -n ${when} -a ${quoted(name)} -d ${quoted(description)}`,
    ),
    ...optionsOf(command).map((option) => `complete -c sekisho -n ${when} ${optionWords(option)}`),
    ...argumentLines(command, when),
  ]
}

/** Which of its arguments is being typed is not asked: where one of them is a file, files are offered. */
function argumentLines({ commands, arguments: parts }: DescribedCommand, when: string): string[] {
  if (commands.length > 0) return []
  const wanted = parts.map(argumentOf).filter(({ kind }) => kind !== 'none')
  const words = wanted.length === 0 ? ['-f'] : [...new Set(wanted.map(valueWords))]
  return words.map((word) => `complete -c sekisho -n ${when} ${word}`)
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
function condition(command: DescribedCommand): string {
  const above = command.words.slice(1, -1)
  const own = command.words.length > 1 ? [callsOf(command).join(' ')] : []
  const present = [...above, ...own].map((words) => `__fish_seen_subcommand_from ${words}`)
  const below = command.commands.flatMap(callsOf)
  const absent = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`]
  return quoted([...present, ...absent].join('; and '))
}

/** Within single quotes fish knows `\\'` and `\\\\`. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
