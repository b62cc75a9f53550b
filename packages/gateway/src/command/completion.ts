import { Argument, Command } from 'commander'
import { type ShellName, shells } from './reference/shells.ts'
import type { Terminal } from './terminal/terminal.ts'

const help = `
Examples:
  source <(sekisho completion bash)
  sekisho completion bash | sudo tee /etc/bash_completion.d/sekisho
  sekisho completion zsh > "\${fpath[1]}/_sekisho"
  sekisho completion fish > ~/.config/fish/completions/sekisho.fish`

/** `sekisho completion bash` */
export function completionCommand({ out }: Terminal): Command {
  return new Command('completion')
    .description('Print the program by which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', help)
    .action(async (shell: ShellName, _: unknown, command: Command) => {
      const { completionFor } = await import('./reference/completion.ts')
      const { describe } = await import('./reference/model.ts')
      const root = command.parent
      if (root !== null) out.write(completionFor(shell, describe(root)))
    })
}
