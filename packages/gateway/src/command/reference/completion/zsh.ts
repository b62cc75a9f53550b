import { allCommands, type DescribedCommand, type DescribedOption, nameOf } from '../model.ts'
import { argumentOf, type Candidates, singleQuoted, valueOf } from './words.ts'

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
  const { options, commands, arguments: parts } = command
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(commands.length > 0 ? ["'1:command:->command'", "'*::words:->words'"] : parts.map(argumentSpec)),
  ]
  const body = `  _arguments -s -S${commands.length > 0 ? ' -C' : ''} ${specs.map((spec) => `\\\n    ${spec}`).join(' ')}`
  const inner = commands.length === 0 ? '' : `\n${dispatch(command)}`
  return `${name(command)}() {\n  local context state state_descr line\n  typeset -A opt_args\n${body}${inner}\n}`
}

function dispatch(command: DescribedCommand): string {
  const described = command.commands.map((inner) =>
    singleQuoted(`${nameOf(inner)}:${inner.description.replaceAll(':', String.raw`\:`)}`),
  )
  const cases = command.commands.map((inner) => `        ${nameOf(inner)}) ${name(inner)} ;;`)
  return `  case $state in
    command)
      local -a commands
      commands=(${described.join(' ')})
      _describe command commands ;;
    words)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac`
}

function optionSpecs(option: DescribedOption): string[] {
  const text = option.description.replaceAll(/[[\]:]/g, String.raw`\$&`)
  const value = option.takesValue ? `:${option.value ?? 'value'}:${action(valueOf(option))}` : ''
  return option.names.map((long) => singleQuoted(`${long}[${text}]${value}`))
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

function name({ words }: DescribedCommand): string {
  return `_${words.join('_').replaceAll('-', '_')}`
}
