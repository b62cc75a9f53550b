import { Command } from 'commander'
import { serveCommand } from './serve.ts'

/** The command line of `sekisho`: a file for each command. */
export function program(): Command {
  return new Command('sekisho')
    .description('Web sessions in front of apps in any language, from an httpd.conf')
    .showHelpAfterError()
    .addCommand(serveCommand())
}
