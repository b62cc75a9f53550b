import { allCommands, type DescribedCommand, type DescribedOption } from '../model.ts'
import { argumentOf, callsOf, type Candidates, optionsOf, singleQuoted, valueOf, wordsBelow } from './words.ts'

/**
 * For bash: `source <(sekisho completion bash)`. The words in front of the cursor say which command it is, which of its arguments
 * comes next, and whether the last of them is an option that wants a value.
 */
export function bashCompletion(root: DescribedCommand): string {
  const commands = allCommands(root)
  return `# Completion of sekisho for bash. Made by "sekisho completion bash".
_sekisho() {
  local current=\${COMP_WORDS[COMP_CWORD]} command=sekisho place=0 option= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    # The shell parts --level=warn at the sign.
    [[ $word == = ]] && continue
    if [[ -n $option ]]; then
      option=
      continue
    fi
    case "$command $word" in
${commands.slice(1).map(commandCase).join('\n')}
      ${patterns(commands.flatMap(valueNames))}) option=$word ;;
      "$command -"* | *' help') ;;
      *) place=$((place + 1)) ;;
    esac
  done
  [[ $current == = ]] && current=
  COMPREPLY=()
  if [[ -n $option ]]; then
    case "$command $option" in
${commands.flatMap(valueCases).join('\n')}
    esac
  elif [[ $current == -* ]]; then
    case "$command" in
${commands.map(optionCase).join('\n')}
    esac
  else
    case "$command $place" in
${commands.flatMap(argumentCases).join('\n')}
    esac
  fi
}
complete -F _sekisho sekisho
`
}

function patterns(texts: readonly string[]): string {
  return texts.map(singleQuoted).join(' | ')
}

function commandCase(command: DescribedCommand): string {
  const above = command.words.slice(0, -1)
  const called = callsOf(command).map((name) => [...above, name].join(' '))
  return `      ${patterns(called)}) command=${singleQuoted(command.words.join(' '))} ;;`
}

function valueNames(command: DescribedCommand): string[] {
  return command.options.flatMap((option) => (option.takesValue ? named(command, option) : []))
}

function named({ words }: DescribedCommand, { names }: DescribedOption): string[] {
  return names.map((name) => [...words, name].join(' '))
}

function valueCases(command: DescribedCommand): string[] {
  return command.options
    .filter(({ takesValue }) => takesValue)
    .map((option) => `      ${patterns(named(command, option))}) ${reply(valueOf(option))} ;;`)
}

function optionCase(command: DescribedCommand): string {
  const names = optionsOf(command).flatMap((option) => option.names)
  return `      ${singleQuoted(command.words.join(' '))}) ${reply({ kind: 'words', words: names })} ;;`
}

/** One for each place; the last argument may have any number of them. */
function argumentCases(command: DescribedCommand): string[] {
  const name = command.words.join(' ')
  if (command.commands.length > 0) {
    const below = wordsBelow(command).map((word) => word.name)
    return [`      ${singleQuoted(`${name} 0`)}) ${reply({ kind: 'words', words: below })} ;;`]
  }
  return command.arguments.map((part, place) => {
    const pattern = part.variadic ? `${singleQuoted(`${name} `)}*` : singleQuoted(`${name} ${place}`)
    return `      ${pattern}) ${reply(argumentOf(part))} ;;`
  })
}

/** File names may hold blanks: the shell itself is asked for them. */
function reply(wanted: Candidates): string {
  switch (wanted.kind) {
    case 'words':
      return `COMPREPLY=( $(compgen -W ${singleQuoted(wanted.words.join(' '))} -- "$current") )`
    case 'files':
      return 'compopt -o default 2>/dev/null'
    case 'directories':
      return 'compopt -o dirnames 2>/dev/null'
    case 'none':
      return ':'
  }
}
