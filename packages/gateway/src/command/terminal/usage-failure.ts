import type { CommanderError } from 'commander'
import type { Failure } from './command-error.ts'

/** What the parser has found wrong with a command line, as a failure like all others. */
export function usageFailure({ code, message }: Pick<CommanderError, 'code' | 'message'>): Failure {
  const [what = '', suggestion = ''] = withoutValue(message.replace(/^error: /, '')).split('\n')
  const [, meant] = /^\(Did you mean (.*)\?\)$/.exec(suggestion) ?? []
  return {
    code: code.replace('commander.', 'usage-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    what: code === 'commander.help' ? 'no command was named' : what,
    why: 'the command line cannot be understood',
    fix: meant === undefined ? 'add --help for what is possible' : `write ${meant}`,
  }
}

/** The parser repeats an option that it does not know, and behind it there may be a password. */
function withoutValue(message: string): string {
  return message.replace(/(?<=unknown option '[^=']*=)[^\n]*'/, "…'")
}
