import { createInterface } from 'node:readline'
import { CANCEL_SYMBOL, confirm, password } from '@clack/prompts'
import { CommandError, exitCodes, Interrupted } from './command-error.ts'
import type { ConfirmOptions } from './terminal.ts'

/** Where questions are asked and answered: on standard error, so that standard output holds results only. */
const { stdin: input, stderr: output } = process

/** A secret: asked for without an echo on a terminal, else the first line of standard input. */
export async function askPassword(question: string): Promise<string> {
  // Even when standard error goes elsewhere: what is typed at a terminal must not be shown.
  const isTyped = input.isTTY
  const answer = isTyped ? answered(await password({ message: question, mask: '', input, output })) : await firstLine()
  if (answer !== undefined && answer !== '') return answer
  throw new CommandError({
    code: 'no-password',
    what: 'There is no password',
    why: isTyped ? 'nothing was typed' : 'the first line of standard input is empty',
    fix: 'type it at the prompt, or pipe it in: printf \'%s\\n\' "$PASSWORD" | sekisho …',
  })
}

/** Asks before something is done that cannot be taken back. */
export async function askConfirmation(question: string, { yes = false }: ConfirmOptions): Promise<boolean> {
  if (yes) return true
  const isSeen = input.isTTY && output.isTTY
  if (isSeen) return answered(await confirm({ message: question, initialValue: false, input, output }))
  throw new CommandError(
    {
      code: 'not-confirmed',
      what: `Nobody can be asked: ${question}`,
      why: 'standard input or standard error is not a terminal',
      fix: 'add --yes when that is what you want',
    },
    { exitCode: exitCodes.usage },
  )
}

function answered<Value>(answer: Value | typeof CANCEL_SYMBOL): Value {
  if (answer === CANCEL_SYMBOL) throw new Interrupted()
  return answer
}

async function firstLine(): Promise<string | undefined> {
  const lines = createInterface({ input })
  try {
    const { value, done } = await lines[Symbol.asyncIterator]().next()
    return done === true ? undefined : value
  } finally {
    lines.close()
    // Whoever feeds it may go on for ever.
    input.destroy()
  }
}
