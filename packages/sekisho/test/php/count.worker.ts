/** A process that counts in a session of PHP's, as {@link Job} says, beside processes of PHP that do the same. */
import { Redis } from 'ioredis'
import koffi from 'koffi'
import { defineSession } from 'sekisho'
import { decodeVars, encodeVars, phpRedisRows, redis, sharedWithPhp, type PhpArray } from 'sekisho/php'
import { files, koffiFlock, phpFileRows } from 'sekisho/php/node'
import type { SaveHandler } from '../../src/php/handler/contract.ts'
import { iniView } from './ini-view.ts'

/** What a process does. */
export interface Job {
  /** `lock`: through the save handler, as PHP does; `merge`: through the engine, which takes no lock while it works. */
  readonly manner: 'lock' | 'merge'
  /** The directory of the files. */
  readonly directory?: string
  /** The server, where it is Redis. */
  readonly redis?: string
  readonly id: string
  readonly times: number
  /** After so many milliseconds Redis takes a lock back. */
  readonly lockExpireMs?: number
  /** How many milliseconds each request takes. */
  readonly workMs?: number
}

const job = JSON.parse(process.argv[2] ?? '') as Job
const client = job.redis === undefined ? undefined : new Redis(job.redis)
console.log('ready')
await (job.manner === 'lock' ? countLocked() : countMerged())
client?.disconnect()

async function countLocked(): Promise<void> {
  const module =
    client === undefined
      ? files({ flock: koffiFlock(koffi), waitMs: 120_000 })
      : redis({ client, lockWaitMs: 120_000, lockExpireMs: job.lockExpireMs ?? 60_000 })
  for (let done = 0; done < job.times; done += 1) {
    const handler = module.create(iniView({ 'session.use_strict_mode': false }))
    try {
      await countOnce(handler, done)
    } finally {
      await handler.close()
    }
  }
}

async function countOnce(handler: SaveHandler, done: number): Promise<void> {
  await handler.open(job.directory ?? '', 'PHPSESSID')
  const vars = decodeVars('php', (await handler.read(job.id)) as Uint8Array)
  if (done === 0) console.log('started')
  vars.set('n', countIn(vars) + 1)
  await worked()
  await handler.write(job.id, encodeVars('php', vars))
}

async function countMerged(): Promise<void> {
  const rows =
    client === undefined
      ? phpFileRows({ savePath: job.directory ?? '', flock: koffiFlock(koffi), waitMs: 120_000 })
      : phpRedisRows({ client, waitMs: 120_000 })
  const sessions = defineSession<{ n?: number }>({
    name: 'count',
    ...sharedWithPhp({ rows, development: true, cookie: { secure: false } }),
    storeTimeout: { readMs: 120_000, writeMs: 120_000 },
    conflictTimeoutMs: 120_000,
  })
  for (let done = 0; done < job.times; done += 1) {
    const session = await sessions.open({ method: 'GET', headers: { cookie: `PHPSESSID=${job.id}` } })
    if (done === 0) console.log('started')
    await worked()
    await session.update((data) => {
      data.n = (data.n ?? 0) + 1
    })
    await sessions.commit(session, { status: 200, headers: new Headers() })
  }
}

function countIn(vars: PhpArray): number {
  const count = vars.get('n') ?? 0
  if (typeof count !== 'number') throw new Error('n is no number')
  return count
}

async function worked(): Promise<void> {
  const { workMs = 0 } = job
  if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, workMs))
}
