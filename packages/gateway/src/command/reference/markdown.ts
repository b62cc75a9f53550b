import { table } from '../../config/reference.ts'
import { explainShellLine, shellLineKinds } from '../../explain/shell-lines.ts'
import { allCommands, type DescribedCommand, type DescribedOption, usage } from './model.ts'

/** The page of all commands in Markdown, without the note that it is generated. */
export function commandReference(root: DescribedCommand): string {
  const commands = allCommands(root).slice(1)
  return `${[
    '# Commands',
    `\`sekisho\`: ${root.description}. \`sekisho help COMMAND\` says the same at the terminal; options of all commands stand first.`,
    optionTable(root.options),
    root.notes,
    table(
      ['Command', 'What it does'],
      root.commands.map(({ words, description }) => [`[\`${words.join(' ')}\`](#${anchor(words)})`, description]),
    ),
    ...commands.map(commandText),
    "## What the lines of Apache's documents are here",
    'What `sekisho explain` says about a line for the shell, and `sekisho check` where one stands in a configuration.',
    shellTable(),
  ].join('\n\n')}\n`
}

function commandText(command: DescribedCommand): string {
  const { words, description, arguments: parts, options, notes, examples, aliases } = command
  const also = aliases.length === 0 ? '' : ` Also called ${aliases.map((name) => `\`${name}\``).join(', ')}.`
  return [
    `## ${words.join(' ')}`,
    `\`${usage(command)}\``,
    `${plain(description)}.${also}`,
    parts.length === 0
      ? ''
      : table(
          ['Argument', 'Meaning'],
          parts.map((part) => [`\`${part.name}\``, sentence(part.description, part.choices)]),
        ),
    optionTable(options),
    plain(notes),
    examples.length === 0 ? '' : `\`\`\`sh\n${examples.map(commented).join('\n')}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function optionTable(options: readonly DescribedOption[]): string {
  if (options.length === 0) return ''
  return table(
    ['Option', 'Meaning', 'Default'],
    options.map(({ flags, description, choices, defaultText }) => [
      `\`${flags}\``,
      sentence(description, choices),
      defaultText === undefined ? '' : `\`${defaultText}\``,
    ]),
  )
}

function shellTable(): string {
  return table(
    ['There', 'Here', 'Note'],
    shellLineKinds.map(({ example }) => {
      const answer = explainShellLine(example)
      if (answer === undefined) throw new Error(`no kind of line is known for its own example: ${example}`)
      return [`\`${example}\``, answer.here.map((line) => `\`${line}\``).join('<br>'), answer.note]
    }),
  )
}

function sentence(description: string, choices: readonly string[]): string {
  const among = choices.length === 0 ? '' : `: ${choices.map((choice) => `\`${choice}\``).join(', ')}`
  return `${plain(description)}${among}`
}

/** A bracket would begin a tag. */
function plain(text: string): string {
  return text.replaceAll('<', String.raw`\<`)
}

/** Examples may say behind some blanks what they are for. */
function commented(example: string): string {
  return example.replace(/ {3,}/, '  # ')
}

function anchor(words: readonly string[]): string {
  return words.join('-')
}
