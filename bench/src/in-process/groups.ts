/**
 * Which contenders are measured against each other, each group in a process of its own: what one family does to the
 * optimiser of V8 shall not be another's loss.
 *
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { storeFamilies, type Contender, type Family } from '../contract.ts'
import type { Face } from './bench.ts'
import type { Result, Settings } from './measure.ts'

/** One table of results. */
export interface Group {
  readonly family: Family
  readonly face: Face
  readonly read: readonly Result[]
  readonly write: readonly Result[]
}

/** What a process of its own is asked to measure. */
export interface Task {
  readonly contenders: readonly string[]
  readonly face: Face
  readonly action: 'read' | 'write'
  readonly settings: Settings
}

const families: readonly Family[] = ['cookie', 'memory', 'file', ...storeFamilies]
const faces: readonly Face[] = ['fetch', 'node']

/** Measures all families, one after the other. `tell` hears of the progress. */
export async function measureGroups(
  contenders: readonly Contender[],
  settings: Settings,
  tell: (line: string) => void,
): Promise<Group[]> {
  const groups: Group[] = []
  for (const family of families) {
    for (const face of faces) {
      const names = groupOf(contenders, family, face).map(({ name }) => name)
      if (names.length < 3) continue
      tell(`in process: ${family}, ${face}`)
      const read = await inChild({ contenders: names, face, action: 'read', settings })
      const write = await inChild({ contenders: names, face, action: 'write', settings })
      groups.push({ family, face, read, write })
    }
  }
  return groups
}

/** The contenders of a family that have this face, with the bare handlers of their kinds of server. */
export function groupOf(contenders: readonly Contender[], family: Family, face: Face): Contender[] {
  const faced = contenders.filter(
    ({ fetch, onlyHttp }) => onlyHttp !== true && (face === 'node' || fetch !== undefined),
  )
  const members = faced.filter((contender) => contender.family === family)
  const isNeeded = ({ role, server }: Contender): boolean =>
    role === 'bare' && (server === 'node' || members.some((member) => member.server === server))
  return [...faced.filter(isNeeded), ...members]
}

async function inChild(task: Task): Promise<Result[]> {
  const file = fileURLToPath(new URL('./child.ts', import.meta.url))
  const child = fork(file, {
    execArgv: ['--conditions=source'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  let results: Result[] | undefined
  child.once('message', (message) => {
    results = message as Result[]
  })
  child.send(task)
  const [code] = (await once(child, 'exit')) as [number | null]
  if (results === undefined) throw new Error(`measuring ${task.contenders.join(', ')} failed (${String(code)})`)
  return results
}
