import { Command } from 'commander'
import type { ShellAnswer } from '../explain/shell-lines.ts'
import { CommandError } from './terminal/command-error.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly config: string
  readonly json: boolean
}

const help = `
Examples:
  sekisho explain "sudo a2enmod session"
  sekisho explain "tail -f /var/log/apache2/error.log" --config /etc/sekisho/site.conf
  sekisho explain                   every kind of line that it knows`

/** `sekisho explain "sudo a2enmod session"` */
export function explainCommand(terminal: Terminal): Command {
  return new Command('explain')
    .description("Say what a shell line of Apache's documents is here")
    .argument('[line...]', 'the line as it is printed, in quotes')
    .option('--config <file>', 'the configuration that the answer names', 'site.conf')
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action((words: readonly string[], options: Options) => explain(words.join(' '), options, terminal))
}

async function explain(text: string, { config, json }: Options, { out }: Terminal): Promise<void> {
  const { explainShellLine, shellLineKinds, shellLinesOf } = await import('../explain/shell-lines.ts')
  const lines = text.trim() === '' ? shellLineKinds.map(({ example }) => example) : shellLinesOf(text)
  const answers = lines.map((line) => explainShellLine(line, config) ?? unknown(line))
  if (json) out.json(answers)
  else for (const answer of answers) out.line(textOf(answer, out))
}

function textOf({ line, meaning, here, note }: ShellAnswer, out: Terminal['out']): string {
  const parts = [`${out.style('strong', line)}`, `  ${meaning}`]
  for (const command of here) parts.push(`  here: ${out.style('good', command)}`)
  if (note !== '') parts.push(`  ${note}`)
  return parts.join('\n')
}

function unknown(line: string): never {
  throw new CommandError({
    code: 'unknown-line',
    what: `Nothing is known about: ${line}`,
    why: "it is none of the lines that Apache's documents print about sessions",
    fix: 'run "sekisho explain" for those, and "sekisho help" for the commands',
  })
}
