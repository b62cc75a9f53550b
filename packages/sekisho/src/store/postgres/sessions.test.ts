import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CountingClient } from '../../../test/postgres/counting.ts'
import { TestDatabase } from '../../../test/postgres/database.ts'
import type { PostgresStore } from '../postgres.ts'
import { bytes, long, newAddress, newWriteId, next, record, stored, text } from '../testing/samples.ts'

const database = await TestDatabase.create()

test('asks the server once for each verb', async () => {
  const client = new CountingClient(database.pool())
  const store = await database.open(client)
  const [address, writeId] = [newAddress(), newWriteId()]
  const first = record()
  const second = next(first, writeId, 'second')
  client.take()
  const calls: Record<string, () => PromiseLike<unknown> | unknown> = {
    read: () => store.read(address),
    create: () => store.create(address, first, long),
    'repeated create': () => store.create(address, first, long),
    'create at a taken address': () => store.create(address, record(), long),
    replace: () => store.replace(address, second, 1, long, writeId),
    'repeated replace': () => store.replace(address, second, 1, long, writeId),
    'outdated replace': () => store.replace(address, record(), 1, long, newWriteId()),
    touch: () => store.touch(address, long),
    'outdated delete': () => store.delete(address, 1),
    'delete of a version': () => store.delete(address, 2),
    delete: () => store.delete(address),
    epoch: () => store.principals.epoch('alice'),
    raiseEpoch: () => store.principals.raiseEpoch('alice'),
    add: () => store.principals.add('alice', address, 1000),
    list: () => store.principals.list('alice'),
    remove: () => store.principals.remove('alice', address),
    acquire: () => store.locks.acquire(address, 'one', 1000),
    renew: () => store.locks.renew(address, 'one', 1000),
    release: () => store.locks.release(address, 'one'),
    estimate: () => store.transfer.estimate(),
    scan: () => store.transfer.scan(undefined, 10),
  }
  for (const [verb, call] of Object.entries(calls)) {
    await call()
    assert.equal(client.take().length, 1, verb)
  }
})

test('asks the server nothing about what is no address', async () => {
  const client = new CountingClient(database.pool())
  const store = await database.open(client)
  client.take()
  await store.read('x')
  await store.replace('x', record(), 1, long, newWriteId())
  await store.touch('x', long)
  await store.delete('x')
  await store.locks.acquire('x', 'one', 1000)
  await store.principals.add('alice', 'x', 1000)
  await assert.rejects(store.create('x', record(), long), { code: 'ERR_ARGUMENT' })
  assert.deepEqual(client.take(), [])
})

test('prepares every statement under a name of its own, also for two stores on one connection', async () => {
  const client = new CountingClient(database.pool({ max: 1 }))
  const stores = [await database.open(client), await database.open(client)]
  client.take()
  for (const store of stores) {
    const address = await stored(store)
    await store.read(address)
    await store.delete(address)
  }
  const names = client.take().map(({ name }) => name)
  assert.equal(new Set(names).size, 6)
  for (const name of names) assert.match(name ?? '', /^sekisho_[a-z_]+_[0-9a-f]{16}$/)
  const longest = await database.open(client, 'p'.repeat(32))
  client.take()
  await longest.delete(newAddress(), 1)
  assert.ok(Number(client.take()[0]?.name?.length) <= 63, 'PostgreSQL cuts longer names')
})

test('lets one of several nodes win each version, and loses no step of the history', async () => {
  const prefix = database.newName()
  const nodes = await Promise.all(Array.from({ length: 4 }, () => database.open(database.pool({ max: 2 }), prefix)))
  const address = await stored(nodes[0]!, record({ payload: bytes('[]') }))
  const winners = new Map<number, string>()
  const write = async (node: PostgresStore): Promise<void> => {
    const before = await node.read(address)
    assert.ok(before)
    const writeId = newWriteId()
    const steps = [...(JSON.parse(text(before.record.payload)) as string[]), writeId]
    const after = next(before.record, writeId, JSON.stringify(steps))
    const once = () => node.replace(address, after, before.version, long, writeId)
    const answers = await Promise.all([once(), once()])
    if (!answers.includes('replaced')) return assert.deepEqual(answers, ['conflict', 'conflict'])
    if (answers.includes('conflict')) {
      const { version } = (await node.read(address))!
      assert.ok(version > before.version + 4, 'a repetition is forgotten after four further writes, not before')
    }
    assert.equal(winners.get(before.version), undefined, `version ${before.version} was replaced twice`)
    winners.set(before.version, writeId)
  }
  await Promise.all(
    nodes
      .flatMap((node) => [node, node])
      .map(async (node) => {
        for (let round = 0; round < 15; round += 1) {
          await write(node)
          await node.touch(address, long)
        }
      }),
  )
  const end = await nodes[0]!.read(address)
  const history = Array.from({ length: winners.size }, (_, at) => winners.get(at + 1))
  assert.deepEqual(JSON.parse(text(end!.record.payload)), history)
  assert.equal(end!.version, winners.size + 1)
  assert.ok(winners.size >= 15, `only ${winners.size} of 120 writes won`)
  const outcomes = await Promise.all(nodes.map((node) => node.delete(address, end!.version)))
  assert.deepEqual(outcomes.toSorted(), ['deleted', 'gone', 'gone', 'gone'])
})

test('creates and deletes in turn, however many nodes do both at one address', async () => {
  const prefix = database.newName()
  const nodes = await Promise.all(Array.from({ length: 4 }, () => database.open(database.pool({ max: 2 }), prefix)))
  const address = newAddress()
  const answers = await Promise.all(
    nodes
      .flatMap((node) => [node, node])
      .map(async (node, worker) => {
        const own: string[] = []
        for (let round = 0; round < 25; round += 1) {
          own.push(await (worker % 2 === 0 ? node.create(address, record(), long) : node.delete(address)))
          own.push(await node.replace(address, record(), 7, long, newWriteId()))
        }
        return own
      }),
  )
  const count = (answer: string): number => answers.flat().filter((each) => each === answer).length
  const isThere = (await nodes[0]!.read(address)) !== undefined
  assert.equal(count('created') - count('deleted'), isThere ? 1 : 0)
  assert.ok(count('created') > 1 && count('exists') > 0, 'the nodes met')
  assert.equal(count('replaced'), 0)
})
