import { allCommands, type DescribedCommand, type DescribedOption, nameOf } from '../model.ts'
import { argumentOf, type Candidates, singleQuoted, valueOf } from './words.ts'

/**
 * For bash: `source <(sekisho completion bash)`. The words in front of the cursor say which command it is; the word before it,
 * whether it is the value of an option.
 */
export function bashCompletion(root: DescribedCommand): string {
  const commands = allCommands(root)
  return `# Completion of sekisho for bash. Made by "sekisho completion bash".
_sekisho() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=sekisho word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ${patterns(commands.slice(1))}) command="$command $word" ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $current == -* ]]; then
    case "$command" in
${commands.map(optionCase).join('\n')}
    esac
    return
  fi
  case "$command" in
${commands.map(argumentCase).join('\n')}
  esac
}
complete -F _sekisho sekisho
`
}

function patterns(commands: readonly DescribedCommand[]): string {
  return commands.map(({ words }) => singleQuoted(words.join(' '))).join(' | ')
}

function valueCases({ words, options }: DescribedCommand): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map((option) => {
      const names = option.names.map((name) => singleQuoted([...words, name].join(' '))).join(' | ')
      return `    ${names}) ${reply(valueOf(option))}; return ;;`
    })
}

function optionCase({ words, options }: DescribedCommand): string {
  return `      ${singleQuoted(words.join(' '))}) ${reply({ kind: 'words', words: [...namesOf(options), '--help'] })} ;;`
}

function argumentCase(command: DescribedCommand): string {
  return `    ${singleQuoted(command.words.join(' '))}) ${reply(wantedBy(command))} ;;`
}

function wantedBy({ commands, arguments: parts }: DescribedCommand): Candidates {
  if (commands.length > 0) return { kind: 'words', words: commands.map(nameOf) }
  const last = parts.at(-1)
  return last === undefined ? { kind: 'none' } : argumentOf(last)
}

function namesOf(options: readonly DescribedOption[]): string[] {
  return options.flatMap(({ names }) => names)
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
