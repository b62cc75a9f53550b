import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { startMariadb, startPostgres, startRedis, type Service } from '../../scripts/services.ts'

/** What these tests do with a server through its real driver, whatever it is. */
interface Client {
  put(value: string): Promise<unknown>
  get(): Promise<string | undefined>
  close(): Promise<unknown>
}

async function postgres(url: string): Promise<Client> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  await client.query('create table if not exists kept (value text)')
  return {
    put: (value) => client.query('insert into kept values ($1)', [value]),
    get: async () => (await client.query<{ value: string }>('select value from kept')).rows[0]?.value,
    close: () => client.end(),
  }
}

async function mariadb(url: string): Promise<Client> {
  const client = await mysql.createConnection(url)
  client.on('error', () => {})
  await client.query('create database if not exists kept')
  await client.query('create table if not exists kept.kept (value text) engine=InnoDB')
  return {
    put: (value) => client.query('insert into kept.kept values (?)', [value]),
    async get() {
      const [rows] = await client.query<mysql.RowDataPacket[]>('select value from kept.kept')
      return rows[0]?.['value'] as string | undefined
    },
    close: async () => client.destroy(),
  }
}

async function redis(url: string): Promise<Client> {
  const client = new Redis(url, { retryStrategy: () => null, lazyConnect: true })
  client.on('error', () => {})
  await client.connect()
  return {
    put: (value) => client.set('kept', value),
    get: async () => (await client.get('kept')) ?? undefined,
    close: async () => client.disconnect(),
  }
}

/** Writes, kills the server, finds it gone, starts it again on the same port. @returns What it then still knows. */
async function afterCrash(t: TestContext, server: Service, connect: (url: string) => Promise<Client>) {
  t.after(() => server.stop())
  const before = await connect(server.url)
  await before.put('x')
  const { pid, port } = server
  await server.kill()
  await before.close().catch(() => {})
  await assert.rejects(connect(server.url))
  await server.restart()
  assert.notEqual(server.pid, pid)
  assert.equal(server.port, port)
  const after = await connect(server.url)
  const found = await after.get()
  await after.close()
  return found
}

/** A frozen server keeps the connection and its answer back, and gives the answer when it is thawed. */
async function assertFreezes(
  t: TestContext,
  server: Service,
  connect: (url: string) => Promise<Client>,
): Promise<void> {
  t.after(() => server.stop())
  const client = await connect(server.url)
  await client.put('x')
  server.freeze()
  const answer = client.get()
  assert.equal(await Promise.race([answer, pause(300, 'no answer')]), 'no answer')
  server.thaw()
  assert.equal(await answer, 'x')
  await client.close()
}

describe('a server that is killed and started again', () => {
  test('still has what PostgreSQL acknowledged', async (t) => {
    assert.equal(await afterCrash(t, await startPostgres({ durable: true }), postgres), 'x')
  })

  test('still has what MariaDB acknowledged', async (t) => {
    assert.equal(await afterCrash(t, await startMariadb({ durable: true }), mariadb), 'x')
  })

  test('still has what Redis acknowledged, when it appends to a file', async (t) => {
    assert.equal(await afterCrash(t, await startRedis({ appendonly: true }), redis), 'x')
  })

  test('has forgotten everything when it is a Redis that keeps nothing', async (t) => {
    assert.equal(await afterCrash(t, await startRedis(), redis), undefined)
  })

  test('keeps its data also when it was asked to end', async (t) => {
    const server = await startPostgres()
    t.after(() => server.stop())
    const before = await postgres(server.url)
    await before.put('x')
    await server.restart()
    const after = await postgres(server.url)
    assert.equal(await after.get(), 'x')
    await after.close()
  })
})

describe('a server that is frozen answers nothing until it is thawed', () => {
  test('PostgreSQL, with the processes of its connections', async (t) => {
    await assertFreezes(t, await startPostgres(), postgres)
  })

  test('MariaDB', async (t) => {
    await assertFreezes(t, await startMariadb(), mariadb)
  })

  test('Redis', async (t) => {
    await assertFreezes(t, await startRedis(), redis)
  })
})
