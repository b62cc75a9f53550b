/** The process of one store of one size. */
import { once } from 'node:events'
import { openGrown } from './grown.ts'
import { growthCases } from './stores.ts'

/** What is asked of it. */
export type Question =
  | { readonly ask: 'read' | 'write'; readonly requests: number }
  | { readonly ask: 'sweep'; readonly expired: number }

const [, , name, count] = process.argv
const chosen = growthCases.find((each) => each.name === name)
if (chosen === undefined) throw new Error(`there is no store ${name}`)
const grown = await openGrown(chosen, Number(count))
process.on('message', (question: Question) => void answer(question))
process.send?.('ready')
await once(process, 'disconnect')
await grown.close()
process.exit()

async function answer(question: Question): Promise<void> {
  const figure =
    question.ask === 'sweep'
      ? await grown.sweep(question.expired)
      : await grown.requests(question.ask, question.requests)
  process.send?.(figure)
}
