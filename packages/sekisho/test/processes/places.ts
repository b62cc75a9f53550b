/** Places for stores that several processes share, on the servers of all tests. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { Cluster, Redis } from 'ioredis'
import type { StoreDescription, StoreKind } from '../faults/stores.ts'
import { TestDatabase as MysqlDatabase } from '../mysql/opening.ts'
import { TestDatabase as PostgresDatabase } from '../postgres/database.ts'
import { redisCluster, redisUrl } from '../services.ts'

/** The stores that several processes can share, each by its own client of the server. */
export type SharedKind = Exclude<StoreKind, 'memory' | 'redis-sentinel'>

/** A store that nothing else uses. Its tables are not made yet; all of it goes when the tests of the file are over. */
export function newPlace(kind: SharedKind): Promise<StoreDescription> {
  return places[kind]()
}

const prefix = 'shared_'

const places: Readonly<Record<SharedKind, () => Promise<StoreDescription>>> = {
  file: async () => ({ kind: 'file', url: await newFolder(), prefix }),
  sqlite: async () => ({ kind: 'sqlite', url: join(await newFolder(), 'sessions.db'), prefix }),
  postgres: async () => ({ kind: 'postgres', url: (await PostgresDatabase.create()).url, prefix }),
  async mysql() {
    const database = await MysqlDatabase.open()
    after(() => database.close())
    const { host, port, user, database: name } = database.settings()
    return { kind: 'mysql', url: `mysql://${user}@${host}:${port}/${name}`, prefix }
  },
  async redis() {
    const keys = newKeys()
    after(async () => {
      const client = new Redis(redisUrl())
      await removeKeys(client, keys)
      await client.quit()
    })
    return { kind: 'redis', url: redisUrl(), prefix: keys }
  },
  async 'redis-cluster'() {
    const keys = newKeys()
    const nodes = redisCluster()
    after(async () => {
      const client = new Cluster(nodes)
      await client.ping()
      await Promise.all(client.nodes('master').map((node) => removeKeys(node, keys)))
      await client.quit()
    })
    return { kind: 'redis-cluster', url: nodes.map(({ host, port }) => `${host}:${port}`).join(','), prefix: keys }
  },
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-shared-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function newKeys(): string {
  return `test:${randomBytes(8).toString('hex')}`
}

/** One by one: those of a cluster are not all in the same slot. */
async function removeKeys(client: Redis, beginning: string): Promise<void> {
  const keys = await client.keys(`${beginning}:*`)
  await Promise.all(keys.map((key) => client.del(key)))
}
