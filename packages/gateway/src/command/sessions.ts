import { Command } from 'commander'
import { listCommand } from './sessions/list.ts'
import { revokeAllCommand, revokeCommand } from './sessions/revoke.ts'
import { showCommand } from './sessions/show.ts'
import type { Terminal } from './terminal/terminal.ts'

/** `sekisho sessions …` */
export function sessionsCommand(terminal: Terminal): Command {
  return new Command('sessions')
    .description('Look at the sessions of a site, and end them')
    .addCommand(listCommand(terminal))
    .addCommand(showCommand(terminal))
    .addCommand(revokeCommand(terminal))
    .addCommand(revokeAllCommand(terminal))
    .addHelpText('after', help)
}

const help = `
The commands read the same configuration as sekisho serve, and work whether or not it runs. Give --state where serve has it, and
run them as the same user.

Examples:
  sekisho sessions list site.conf
  sekisho sessions list site.conf --user hana
  sekisho sessions show site.conf 5f0c9a7d…
  sekisho sessions revoke-all site.conf --user hana`
