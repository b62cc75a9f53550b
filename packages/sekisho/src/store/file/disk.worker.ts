/** What becomes of a store whose disk is full, read-only, or whose process has no descriptors left. Run in a mount namespace of its own. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SekishoError } from '../../errors.ts'
import { FileStore } from '../file-node.ts'
import { newAddress } from '../testing/samples.ts'
import { tagged, tagOf } from './children.worker.ts'
import { workerLife } from './store.worker.ts'

const { idleMs } = workerLife
const [scenario, directory = ''] = process.argv.slice(2)

if (scenario === 'full') await full('process')
if (scenario === 'full-synced') await full('machine')
if (scenario === 'read-only') await readOnly()
if (scenario === 'no-descriptors') await noDescriptors('process')
if (scenario === 'no-descriptors-synced') await noDescriptors('machine')

async function full(durability: 'process' | 'machine'): Promise<void> {
  mount('size=256k,mode=0700')
  const { store, address } = await oneRecord(durability)
  const descriptors = openDescriptors()
  const filler = join(directory, 'filler')
  fill(filler)
  const big = { ...tagged('big'), payload: new Uint8Array(20_000) }
  await fails(() => store.replace(address, big, 1, { idleMs }, 'big'), 'ENOSPC')
  await fails(() => store.create(newAddress(), big, workerLife), 'ENOSPC')
  assert.deepEqual([tagOf(store.read(address)), store.read(address)?.version], ['old', 1])
  assert.equal(await store.touch(address, { idleMs: idleMs * 2 }), 'touched')
  assert.deepEqual(emptyFiles(), [])
  assert.deepEqual(leftInProcesses(), ['identity'])
  assert.equal(openDescriptors(), descriptors)
  rmSync(filler)
  assert.equal(await store.replace(address, big, 1, { idleMs }, 'big'), 'replaced')
  fill(filler)
  assert.equal(await store.delete(address), 'deleted')
  store.close()
}

async function readOnly(): Promise<void> {
  mount('size=256k,mode=0700')
  const { store, address } = await oneRecord('process')
  const descriptors = openDescriptors()
  mount('remount,ro')
  await fails(() => store.replace(address, tagged('new'), 1, { idleMs }, 'new'), 'EROFS')
  await fails(() => store.create(newAddress(), tagged('new'), workerLife), 'EROFS')
  await fails(() => store.touch(address, { idleMs: idleMs * 2 }), 'EROFS')
  await fails(() => store.delete(address), 'EROFS')
  await fails(async () => store.principals.raiseEpoch('alice'), 'EROFS')
  await fails(() => new FileStore({ directory }).ready(), 'EROFS')
  assert.deepEqual([tagOf(store.read(address)), store.read(address)?.version], ['old', 1])
  assert.equal(openDescriptors(), descriptors)
  mount('remount,rw')
  assert.equal(await store.replace(address, tagged('new'), 1, { idleMs }, 'new'), 'replaced')
}

async function noDescriptors(durability: 'process' | 'machine'): Promise<void> {
  const { store, address } = await oneRecord(durability)
  const before = openDescriptors()
  const taken: number[] = []
  takeAll(taken)
  const verbs = [
    async () => store.read(address),
    () => store.create(newAddress(), tagged('new'), workerLife),
    () => store.replace(address, tagged('new'), 1, { idleMs }, 'new'),
    () => store.touch(address, { idleMs: idleMs * 2 }),
    () => store.delete(address),
    () => store.sweep(10),
  ]
  for (const verb of verbs) await fails(verb, 'EMFILE')
  for (const fd of taken) closeSync(fd)
  assert.deepEqual([tagOf(store.read(address)), store.read(address)?.version], ['old', 1])
  assert.equal(openDescriptors(), before)
  assert.equal(await store.replace(address, tagged('new'), 1, { idleMs }, 'new'), 'replaced')
}

async function oneRecord(durability: 'process' | 'machine'): Promise<{ store: FileStore; address: string }> {
  const store = new FileStore({ directory, durability })
  const address = newAddress()
  await store.create(address, tagged('old'), workerLife)
  return { store, address }
}

function mount(options: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
}

function fill(path: string): void {
  assert.throws(
    () => {
      for (let part = 0; ; part += 1) writeFileSync(path, new Uint8Array(4096), { flag: 'a' })
    },
    { code: 'ENOSPC' },
  )
}

function takeAll(taken: number[]): void {
  assert.throws(
    () => {
      for (;;) taken.push(openSync('/dev/null', 'r'))
    },
    { code: 'EMFILE' },
  )
}

async function fails(verb: () => Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(verb, (error: SekishoError & { cause: { code: string } }) => {
    assert.equal(error.code, 'ERR_STORE_UNAVAILABLE', error.message)
    assert.equal(error.status, 503)
    assert.equal(error.cause.code, code)
    return true
  })
}

function emptyFiles(): string[] {
  const sessions = join(directory, 'sessions')
  const paths = readdirSync(sessions, { recursive: true, encoding: 'utf8' }).map((name) => join(sessions, name))
  return paths.filter((path) => statSync(path).isFile() && statSync(path).size === 0)
}

function leftInProcesses(): string[] {
  const processes = join(directory, 'processes')
  return readdirSync(processes).flatMap((name) => readdirSync(join(processes, name)))
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}
