import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { SekishoError } from '../../errors.ts'
import { FileStore, type FileStoreInternals, type FileStoreOptions } from '../file-node.ts'
import { newAddress } from '../testing/samples.ts'
import { newDirectory, tagged } from './children.worker.ts'
import { newIdentity, type Identity } from './identity-node.ts'
import { workerLife } from './store.worker.ts'
import { watched } from './trip.worker.ts'

const deadPid = spawnSync('true').pid

test('names the holder when a live process does not let go in time', async (t) => {
  const { store, address, forge } = await locked(t, { lockTimeoutMs: 50 })
  forge({ pid: process.pid })
  const began = performance.now()
  await assert.rejects(replaceIt(store, address), (error: SekishoError) => {
    assert.equal(error.code, 'ERR_STORE_LOCKED')
    assert.match(error.message, new RegExp(`held by process ${process.pid} `))
    return true
  })
  assert.ok(performance.now() - began >= 50)
})

test('waits for a live process that lets go', async (t) => {
  const { store, address, forge, release } = await locked(t)
  forge({ pid: process.pid })
  const replaced = replaceIt(store, address)
  setTimeout(release, 30)
  assert.equal(await replaced, 'replaced')
})

test('takes the lock of a process that is gone', async (t) => {
  const { store, address, forge, locks } = await locked(t)
  forge({ pid: deadPid })
  assert.equal(await replaceIt(store, address), 'replaced')
  assert.deepEqual(locks(), [])
})

test('takes the lock of a process whose pid was given to another', async (t) => {
  const { store, address, forge } = await locked(t)
  forge({ pid: process.pid, startTime: '1' })
  assert.equal(await replaceIt(store, address), 'replaced')
})

test('takes the lock of a process from before the last boot', async (t) => {
  const { store, address, forge } = await locked(t)
  forge({ bootId: 'another boot' })
  assert.equal(await replaceIt(store, address), 'replaced')
})

test('does not judge another machine by its boot id on a network file system', async (t) => {
  const { store, address, forge } = await locked(t, { lockTimeoutMs: 20, allowNetworkFileSystem: true })
  forge({ bootId: 'another machine' })
  await assert.rejects(replaceIt(store, address), { code: 'ERR_STORE_LOCKED' })
})

test('does not judge a process of another pid namespace by its pid, but by the age of its lock', async (t) => {
  const { store, directory, address, forge } = await locked(t, { lockTimeoutMs: 20 })
  forge({ pid: deadPid, pidNamespace: 'pid:[1]' })
  await assert.rejects(replaceIt(store, address), { code: 'ERR_STORE_LOCKED' })
  const impatient = new FileStore({ directory }, { lockMaxAgeMs: 40 })
  assert.equal(await replaceIt(impatient, address), 'replaced')
})

test('takes a lock whose file says nothing once it is old', async (t) => {
  const { store, directory, address } = await locked(t, { lockTimeoutMs: 20 })
  writeFileSync(join(directory, 'locks', address), 'rubbish')
  await assert.rejects(replaceIt(store, address), /held by a file that is no lock/)
  const impatient = new FileStore({ directory }, { lockMaxAgeMs: 40 })
  assert.equal(await replaceIt(impatient, address), 'replaced')
})

test('gets past a dead breaker of a dead breaker', async (t) => {
  const { store, address, forge, locks } = await locked(t)
  const first = forge({ pid: deadPid })
  const second = forge({ pid: deadPid }, `${address}.${first}`)
  forge({ pid: deadPid }, `${address}.${first}.${second}`)
  assert.equal(await replaceIt(store, address), 'replaced')
  assert.deepEqual(locks(), [])
})

test('leaves a stale lock to the live process that is breaking it', async (t) => {
  const { store, address, forge } = await locked(t, { lockTimeoutMs: 20 })
  const dead = forge({ pid: deadPid })
  forge({ pid: process.pid }, `${address}.${dead}`)
  await assert.rejects(replaceIt(store, address), { code: 'ERR_STORE_LOCKED' })
})

test('takes back a lock that it could not let go of', async (t) => {
  let isBroken = false
  const fs = watched((call, [from]) => {
    if (isBroken && call === 'rename' && String(from).includes('locks')) {
      throw Object.assign(new Error('broken'), { code: 'EIO' })
    }
  })
  const { store, address, locks } = await locked(t, {}, { fs })
  isBroken = true
  assert.equal(await store.replace(address, tagged('b'), 1, workerLife, 'b'), 'replaced')
  assert.equal(locks().length, 1)
  isBroken = false
  assert.equal(await store.replace(address, tagged('c'), 2, workerLife, 'c'), 'replaced')
  assert.deepEqual(locks(), [])
})

test('starts over with a new identity when its own was taken away', async (t) => {
  const { store, directory, address, locks } = await locked(t)
  const fencer = new FileStore({ directory }, { lockMaxAgeMs: 0 })
  const [nonce = ''] = readdirSync(join(directory, 'processes'))
  linkSync(join(directory, 'processes', nonce, 'identity'), join(directory, 'locks', newAddress()))
  await new Promise((resolve) => setTimeout(resolve, 5))
  await fencer.sweep(1)
  assert.ok(readdirSync(join(directory, 'processes')).every((name) => name !== nonce))
  assert.equal(await replaceIt(store, address), 'replaced')
  assert.deepEqual(locks(), [])
})

test('refuses a file system without hard links', async (t) => {
  const fs = watched((call) => {
    if (call === 'link') throw Object.assign(new Error('no links'), { code: 'EPERM' })
  })
  const store = new FileStore({ directory: newDirectory(t) }, { fs })
  await assert.rejects(store.ready(), { code: 'ERR_STORE_SETUP' })
})

test('sweeps the locks and directories of dead processes and spares those of live ones', async (t) => {
  const { store, directory, forge, locks } = await locked(t)
  forge({ pid: deadPid }, newAddress())
  forge({ pid: deadPid, pidNamespace: 'pid:[1]' }, newAddress())
  const living = forge({ pid: process.pid }, newAddress())
  await store.sweep(1)
  await store.sweep(1)
  assert.equal(locks().length, 2)
  const processes = readdirSync(join(directory, 'processes'))
  assert.equal(processes.length, 3)
  assert.ok(processes.includes(living))
})

/** A store with one record, and a way to lock that as another process would. */
interface Locked {
  readonly store: FileStore
  readonly directory: string
  readonly address: string
  /** @returns The nonce of the forged holder. */
  forge(identity: Partial<Identity>, name?: string): string
  release(): void
  locks(): string[]
}

async function locked(
  t: TestContext,
  options: Partial<FileStoreOptions> = {},
  internals: FileStoreInternals = {},
): Promise<Locked> {
  const directory = newDirectory(t)
  const store = new FileStore({ directory, ...options }, internals)
  const address = newAddress()
  await store.create(address, tagged('a'), workerLife)
  const locks = join(directory, 'locks')
  return {
    store,
    directory,
    address,
    forge(identity, name = address) {
      const nonce = randomBytes(8).toString('hex')
      const desk = join(directory, 'processes', nonce)
      mkdirSync(desk, { mode: 0o700 })
      writeFileSync(join(desk, 'identity'), JSON.stringify({ ...newIdentity(), ...identity, nonce }))
      linkSync(join(desk, 'identity'), join(locks, name))
      return nonce
    },
    release: () => rmSync(join(locks, address)),
    locks: () => readdirSync(locks),
  }
}

function replaceIt(store: FileStore, address: string): Promise<string> {
  return store.replace(address, tagged('b'), 1, { idleMs: workerLife.idleMs }, 'b')
}
