import { allCommands, type DescribedCommand, type DescribedOption } from '../model.ts'
import { argumentOf, callsOf, type Candidates, optionsOf, singleQuoted, valueOf, wordsBelow } from './words.ts'

/** For zsh: `sekisho completion zsh > "${fpath[1]}/_sekisho"`. A function for each command, as `_arguments` wants it. */
export function zshCompletion(root: DescribedCommand): string {
  return `#compdef sekisho
# Completion of sekisho for zsh. Made by "sekisho completion zsh".
${allCommands(root).map(functionOf).join('\n')}
if [ "$funcstack[1]" = _sekisho ]; then
  _sekisho "$@"
else
  compdef _sekisho sekisho
fi
`
}

function functionOf(command: DescribedCommand): string {
  const { commands, arguments: parts } = command
  const specs = [
    ...optionsOf(command).flatMap(optionSpecs),
    ...(commands.length > 0 ? ["'1:command:->command'", "'*::words:->words'"] : parts.map(argumentSpec)),
  ]
  const body = `  _arguments -s -S${commands.length > 0 ? ' -C' : ''} ${specs.map((spec) => `\\\n    ${spec}`).join(' ')}`
  const inner = commands.length === 0 ? '' : `\n${dispatch(command)}`
  return `${functionName(command)}() {\n  local context state state_descr line\n  typeset -A opt_args\n${body}${inner}\n}`
}

function dispatch(command: DescribedCommand): string {
  const described = wordsBelow(command).map(({ name: word, description }) =>
    singleQuoted(`${word}:${description.replaceAll(':', String.raw`\:`)}`),
  )
  const cases = command.commands.map((inner) => `        ${callsOf(inner).join('|')}) ${functionName(inner)} ;;`)
  return `  local -a commands
  commands=(${described.join(' ')})
  case $state in
    command) _describe command commands ;;
    words)
      case $line[1] in
${cases.join('\n')}
        help) _describe command commands ;;
      esac ;;
  esac`
}

/** One for each of its names, which rule each other out unless it may be repeated. */
function optionSpecs(option: DescribedOption): string[] {
  const { names, description, takesValue, value = 'value', isRepeatable } = option
  const text = description.replaceAll(/[[\]:]/g, String.raw`\$&`)
  const others = isRepeatable ? '*' : `(${names.join(' ')})`
  const wanted = takesValue ? `:${value}:${action(valueOf(option))}` : ''
  return names.map((one) => singleQuoted(`${others}${one}${takesValue ? joint(one) : ''}[${text}]${wanted}`))
}

/** The value may be the next word, stand behind `--level=`, and stand right behind `-n`. */
function joint(name: string): string {
  return name.startsWith('--') ? '=' : '+'
}

function argumentSpec({ name: title, required, variadic, choices }: DescribedCommand['arguments'][number]): string {
  const place = variadic ? '*' : ''
  return singleQuoted(
    `${place}:${required ? '' : ':'}${title}:${action(argumentOf({ name: title, choices }))}`.replace(/^\*::/, '*:'),
  )
}

function action(wanted: Candidates): string {
  switch (wanted.kind) {
    case 'words':
      return `(${wanted.words.join(' ')})`
    case 'files':
      return '_files'
    case 'directories':
      return '_files -/'
    case 'none':
      return ' '
  }
}

function functionName({ words }: DescribedCommand): string {
  return `_${words.join('_').replaceAll('-', '_')}`
}
