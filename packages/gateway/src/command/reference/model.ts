import type { EventEmitter } from 'node:events'
import type { Argument, Command, Option } from 'commander'

/** A command as it is described, whatever the description is for. */
export interface DescribedCommand {
  /** The words that it is called by: `sekisho sessions list`. */
  readonly words: readonly string[]
  readonly aliases: readonly string[]
  readonly description: string
  readonly arguments: readonly DescribedArgument[]
  readonly options: readonly DescribedOption[]
  /** What stands below the options in its help. */
  readonly notes: string
  /** Lines for a shell, and perhaps what they are for. */
  readonly examples: readonly string[]
  readonly commands: readonly DescribedCommand[]
}

/** An argument of a command. */
export interface DescribedArgument {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly variadic: boolean
  readonly choices: readonly string[]
}

/** An option of a command. */
export interface DescribedOption {
  /** `-n, --lines <number>`. */
  readonly flags: string
  readonly names: readonly string[]
  readonly description: string
  /** Undefined: none that is worth saying. */
  readonly defaultText: string | undefined
  readonly isRepeatable: boolean
  readonly takesValue: boolean
  /** What the value is: `file`, `directory`, … */
  readonly value: string | undefined
  readonly choices: readonly string[]
}

/** Describes a command and those below it, from the definitions that the command line itself is made of. */
export function describe(command: Command, above: readonly string[] = []): DescribedCommand {
  const words = [...above, command.name()]
  const { notes, examples } = tail(command)
  return {
    words,
    aliases: command.aliases(),
    description: command.description(),
    // One without a description is there to be refused.
    arguments: command.registeredArguments.filter(({ description }) => description !== '').map(describeArgument),
    options: command.options.filter(({ hidden }) => !hidden).map(describeOption),
    notes,
    examples,
    commands: command.commands.map((inner) => describe(inner, words)),
  }
}

/** All of them, each behind the one that it belongs to. */
export function allCommands(command: DescribedCommand): DescribedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

/** The word that stands for a command behind those of the one that it belongs to. */
export function nameOf({ words }: DescribedCommand): string {
  return words.at(-1) ?? ''
}

/** `sekisho log [options] [file]`. */
export function usage({ words, arguments: parts, options, commands }: DescribedCommand): string {
  const told = parts.map(({ name, required, variadic }) => {
    const text = variadic ? `${name}...` : name
    return required ? `<${text}>` : `[${text}]`
  })
  const optional = options.length > 0 ? ['[options]'] : []
  return [...words, ...optional, ...told, ...(commands.length > 0 && parts.length === 0 ? ['<command>'] : [])].join(' ')
}

function describeArgument(argument: Argument): DescribedArgument {
  const { required, variadic, description, argChoices = [] } = argument
  return { name: argument.name(), description, required, variadic, choices: argChoices }
}

/** Describes an option, from its definition. */
export function describeOption(option: Option): DescribedOption {
  const { flags, description, argChoices = [], short, long } = option
  const takesValue = option.required || option.optional
  return {
    flags,
    names: [short, long].filter((name) => name !== undefined),
    description,
    defaultText: defaultOf(option),
    isRepeatable: Array.isArray(option.defaultValue),
    takesValue,
    value: /[<[]([\w-]+)/.exec(flags)?.[1],
    choices: argChoices,
  }
}

/** That a switch is off, or that nothing is collected, goes without saying. */
function defaultOf({ defaultValue, defaultValueDescription }: Option): string | undefined {
  if (defaultValueDescription !== undefined) return defaultValueDescription
  if (typeof defaultValue === 'boolean' || defaultValue === undefined || Array.isArray(defaultValue)) return undefined
  return String(defaultValue)
}

/** The text that a command adds to its help, parted where the examples begin. */
function tail(command: Command): { notes: string; examples: readonly string[] } {
  const parts: string[] = []
  const context = { command, error: false, write: (text: string) => parts.push(text) }
  // The types do not say that a command is an emitter, by which it tells those who add to its help.
  ;(command as unknown as EventEmitter).emit('afterHelp', context)
  const [notes = '', examples = ''] = parts.join('').split(/^Examples?:\n/m)
  return {
    notes: notes.trim(),
    examples: examples
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  }
}
