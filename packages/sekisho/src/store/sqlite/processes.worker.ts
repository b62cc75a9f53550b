/** A process that uses a database as others do at the same time. Its one argument is a {@link Job}. */
import { writeSync } from 'node:fs'
import type { NewLifetime } from '../contract.ts'
import { SqliteStore } from '../sqlite.ts'
import { bytes, newAddress, newWriteId, record, text } from '../testing/samples.ts'
import { openNode } from './drivers.worker.ts'

/** What a process does. */
export type Job = { readonly file: string } & (
  | { readonly kind: 'increment'; readonly address: string; readonly times: number }
  | { readonly kind: 'create'; readonly times: number }
  | { readonly kind: 'write-until-killed' }
  | { readonly kind: 'hold-lock'; readonly ms: number }
)

/** Lifetime of what processes write. */
export const processLife: NewLifetime = { idleMs: 3_600_000, absoluteMs: 36_000_000 }

if (process.argv[1]?.endsWith('processes.worker.ts') === true) await work(JSON.parse(process.argv[2] ?? '') as Job)

async function work(job: Job): Promise<void> {
  const database = openNode(job.file)
  const store = new SqliteStore({ database, lockTimeoutMs: 20_000 })
  if (job.kind === 'increment') await increment(store, job.address, job.times)
  else if (job.kind === 'create') await createMany(store, job.times)
  else if (job.kind === 'write-until-killed') await writeUntilKilled(store)
  else await holdLock(database, job.ms)
  database.close()
}

/** Says it at once, so that a kill takes nothing back that was said. */
function tell(line: string): void {
  writeSync(1, `${line}\n`)
}

/** Counts in the payload by reading and replacing, again when another was faster. */
async function increment(store: SqliteStore, address: string, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const stored = await store.read(address)
    if (stored === undefined) throw new Error('the record is gone')
    const writeId = newWriteId()
    const payload = bytes(String(Number(text(stored.record.payload)) + 1))
    const next = { ...stored.record, payload, writeIds: [...stored.record.writeIds, writeId].slice(-4) }
    const answer = await store.replace(address, next, stored.version, processLife, writeId)
    if (answer === 'gone') throw new Error('the record is gone')
    if (answer === 'replaced') done += 1
  }
  tell('done')
}

async function createMany(store: SqliteStore, times: number): Promise<void> {
  for (let made = 0; made < times; made += 1) {
    const address = newAddress()
    if ((await store.create(address, record(), processLife)) === 'created') tell(address)
  }
}

/** Creates and replaces without end; says each write when it was acknowledged. */
async function writeUntilKilled(store: SqliteStore): Promise<void> {
  for (;;) {
    const address = newAddress()
    await store.create(address, record(), processLife)
    tell(`${address} 1`)
    await store.replace(address, record({ payload: new Uint8Array(3000) }), 1, processLife, newWriteId())
    tell(`${address} 2`)
  }
}

async function holdLock(database: { exec(sql: string): unknown }, ms: number): Promise<void> {
  database.exec('BEGIN IMMEDIATE')
  tell('holding')
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
  database.exec('ROLLBACK')
}
