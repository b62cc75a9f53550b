/** The process in which one group is measured. */
import { once } from 'node:events'
import { contendersNamed } from '../contenders.ts'
import type { Task } from './groups.ts'
import { measure } from './measure.ts'

const [task] = (await once(process, 'message')) as [Task]
const results = await measure(await contendersNamed(task.contenders), task.face, task.action, task.settings)
process.send?.(results, () => process.exit())
