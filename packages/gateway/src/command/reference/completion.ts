import { bashCompletion } from './completion/bash.ts'
import { fishCompletion } from './completion/fish.ts'
import { zshCompletion } from './completion/zsh.ts'
import type { DescribedCommand } from './model.ts'
import type { ShellName } from './shells.ts'

const makers: Readonly<Record<ShellName, (root: DescribedCommand) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/** The program by which a shell completes the words of `sekisho`. */
export function completionFor(shell: ShellName, root: DescribedCommand): string {
  return makers[shell](root)
}
