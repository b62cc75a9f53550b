/**
 * Every command of `sekisho`, for what all of them have to do alike.
 *
 * @module
 */
import { program } from '../../src/command/program.ts'
import { allCommands, describe } from '../../src/command/reference/model.ts'
import { openTerminal } from '../../src/command/terminal/open.ts'

/** The words of every command that does something, in the order of the help: `sessions list`. */
export function everyCommand(): string[] {
  return allCommands(describe(program(openTerminal())))
    .filter(({ commands }) => commands.length === 0)
    .map(({ words }) => words.slice(1).join(' '))
}

/** A command line of every command that reads the configuration of a site. Nothing else is wrong with it. */
export function siteCommands(file: string, elsewhere: string): Readonly<Record<string, readonly string[]>> {
  return {
    serve: ['serve', file, '--workers', '1'],
    check: ['check', file],
    doctor: ['doctor', file],
    reload: ['reload', file],
    modules: ['modules', file],
    enable: ['enable', 'session', '--config', file],
    disable: ['disable', 'session', '--config', file],
    service: ['service', file],
    log: ['log', file],
    'sessions list': ['sessions', 'list', file],
    'sessions show': ['sessions', 'show', file, '01234567'],
    'sessions revoke': ['sessions', 'revoke', file, '01234567', '--yes'],
    'sessions revoke-all': ['sessions', 'revoke-all', file, '--everybody', '--yes'],
    gc: ['gc', file],
    copy: ['copy', file, `file:${elsewhere}`],
    'copy to': ['copy', `file:${elsewhere}`, file],
    top: ['top', file],
  }
}

/** The commands that have nothing to do with a site. */
export const siteless: readonly string[] = [
  'explain',
  'keygen',
  'keys list',
  'keys rotate',
  'htpasswd',
  'decode',
  'convert',
  'completion',
]
