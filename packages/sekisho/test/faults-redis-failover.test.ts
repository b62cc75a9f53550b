/**
 * A master is killed under load and its replica takes over. Replication is asynchronous, so plain changes may be lost, and
 * how many is printed; logins, logouts and revocations that were acknowledged are not, since they waited for the replica.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startRedisCluster, startRedisSentinel, type Server } from '../../../scripts/services.ts'
import { RedisStore } from '../src/store/redis.ts'
import { faultsOf } from './faults/check-history.ts'
import { until } from './faults/experiment.ts'
import { History } from './faults/history.ts'
import { Crowd } from './faults-redis-crowd.ts'
import { lossesOf } from './faults-redis-losses.ts'
import { ioredisCluster, ioredisSentinel, nodeRedisCluster, nodeRedisSentinel, type Connect } from './redis-clients.ts'

/** A master, the replica that will take over, and the clients that will have to find it. */
interface Pair {
  readonly master: Server
  readonly replica: Server
  readonly clients: Readonly<Record<string, Connect>>
  /** Whether the replica is the master now. */
  hasTakenOver(): Promise<boolean>
  /** The killed master comes back, as a replica of the other. */
  rejoin(): Promise<unknown>
}

const required = { replicas: 1, required: true, timeoutMs: 150 }
/** For how many milliseconds the master's last writes do not reach the replica. */
const cutMs = process.env['SEKISHO_LONG'] === '1' ? 3_000 : 500

async function clusterPair(t: TestContext): Promise<Pair> {
  const cluster = await startRedisCluster({ replicas: true })
  t.after(() => cluster.stop())
  const [master, , , replica] = cluster.nodes
  assert.ok(master && replica)
  const nodes = cluster.nodes.slice(0, 3)
  return {
    master,
    replica,
    clients: { ioredis: () => ioredisCluster(nodes), 'node-redis': () => nodeRedisCluster(nodes) },
    hasTakenOver: async () => (await cluster.masters()).includes(replica),
    rejoin: () => master.restart(),
  }
}

async function sentinelPair(t: TestContext): Promise<Pair> {
  const set = await startRedisSentinel()
  t.after(() => set.stop())
  const [master, replica] = set.nodes
  assert.ok(master && replica)
  return {
    master,
    replica,
    clients: { ioredis: () => ioredisSentinel(set), 'node-redis': () => nodeRedisSentinel(set) },
    hasTakenOver: async () => (await set.master()) === replica,
    async rejoin() {
      await master.restart()
      // The sentinel would do it, ten seconds later.
      await command(master, 'replicaof', '127.0.0.1', String(replica.port))
    },
  }
}

/** The crowd of one client, and what it lived through. */
interface Witness {
  readonly client: string
  readonly crowd: Crowd
  readonly history: History
  disconnect(): Promise<unknown>
}

async function gathered(name: string, connect: Connect): Promise<Witness> {
  const { client, close } = await connect()
  const history = new History()
  const store = new RedisStore({ client, prefix: `test:${randomUUID()}:`, waitForReplicas: required })
  return { client: name, history, crowd: new Crowd({ name, store, history, visitors: 12 }), disconnect: close }
}

async function survives(t: TestContext, pair: Pair, isCutOff: boolean): Promise<void> {
  const clients = Object.entries(pair.clients)
  const witnesses = await Promise.all(clients.map(([name, connect]) => gathered(name, connect)))
  try {
    const times = await failover(t, pair, { witnesses, isCutOff })
    await Promise.all(witnesses.map(({ crowd }) => crowd.disperse()))
    const lost = witnesses.map((witness) => judge(t, witness, times)).flat()
    const isOfTheCut = lost.length > 0 && Math.min(...lost) >= times.cutAt - 100
    if (isCutOff) assert.ok(isOfTheCut, 'what was lost is what the replica was not sent, and that was something')
  } finally {
    await Promise.all(witnesses.map(({ crowd, disconnect }) => crowd.disperse().then(disconnect)))
  }
}

interface Times {
  readonly cutAt: number
  readonly killedAt: number
}

/** A crowd before, a kill, and a crowd that is served again, also where a replica is needed. */
async function failover(
  t: TestContext,
  { master, replica, hasTakenOver, rejoin }: Pair,
  { witnesses, isCutOff }: { witnesses: readonly Witness[]; isCutOff: boolean },
): Promise<Times> {
  await eachServed(witnesses, 300)
  const cutAt = performance.now()
  if (isCutOff) await cutOff(master, replica)
  const killedAt = performance.now()
  await master.kill()
  replica.thaw()
  await until(hasTakenOver, 'the replica takes over')
  const tookOverMs = performance.now() - killedAt
  await eachServed(witnesses, 20)
  const servedMs = performance.now() - killedAt
  await rejoin()
  const ended = witnesses.map(({ history }) => endsIn(history))
  await until(() => witnesses.every(({ history }, index) => endsIn(history) > (ended[index] ?? 0) + 4), 'logouts again')
  t.diagnostic(
    `after the kill: taken over in ${tookOverMs.toFixed(0)} ms, all clients back in ${servedMs.toFixed(0)} ms`,
  )
  return { cutAt, killedAt }
}

/** How many logins, logouts and revocations were acknowledged. */
function endsIn({ operations }: History): number {
  return operations.filter(({ deed, result }) => result === 'ok' && /logout|revoke|login/.test(deed.kind)).length
}

/** The master no longer reaches the replica, and the application still reaches the master. */
async function cutOff(master: Server, replica: Server): Promise<void> {
  replica.freeze()
  await command(master, 'client', 'kill', 'type', 'replica')
  await pause(cutMs)
}

async function command({ url }: Server, name: string, ...rest: string[]): Promise<void> {
  const admin = new Redis(url)
  await admin.call(name, ...rest)
  admin.disconnect()
}

/** Waits until every crowd was served so many more times. */
async function eachServed(witnesses: readonly Witness[], more: number): Promise<void> {
  const wanted = witnesses.map(({ crowd }) => crowd.answers.served + more)
  const isSo = () => witnesses.every(({ crowd }, index) => crowd.answers.served >= (wanted[index] ?? 0))
  await until(isSo, `${more} more answers through each client`)
}

/** @returns When the plain changes that are lost had been acknowledged. */
function judge(t: TestContext, { client, crowd, history }: Witness, { killedAt }: Times): readonly number[] {
  const { served, unavailable, strange, touchedCookies } = crowd.answers
  const { times, sessions, logins } = lossesOf(history)
  const window = (killedAt - (times[0] ?? killedAt)).toFixed(0)
  t.diagnostic(`${client}: ${served} served, ${unavailable} times 503, ${endsIn(history)} acknowledged logins and ends`)
  t.diagnostic(
    `${client}: ${times.length} acknowledged changes lost, of the last ${window} ms before the kill; ${sessions} whole sessions`,
  )
  const broken = faultsOf(history).filter(({ promise }) => promise !== 'lost')
  const texts = broken.map(({ promise, text }) => `${promise}: ${text}`)
  assert.deepEqual(texts, [], `nothing torn, foreign or revived through ${client}`)
  assert.deepEqual(logins, [], `no login is lost through ${client}`)
  assert.deepEqual(touchedCookies, [], 'an answer 503 touches no cookie')
  assert.deepEqual(strange, [], 'a fault is answered with 503, and nothing else')
  assert.ok(unavailable > 0, 'nobody met the outage')
  assert.ok((times.at(-1) ?? 0) <= killedAt + 100, 'what the new master has acknowledged is there')
  return times
}

describe('when a master is killed under load and its replica takes over', { concurrency: 2 }, () => {
  test('in a Cluster', async (t) => survives(t, await clusterPair(t), false))

  test('in a Cluster, after the replica had missed the last writes', async (t) =>
    survives(t, await clusterPair(t), true))

  test('behind Sentinel', async (t) => survives(t, await sentinelPair(t), false))

  test('behind Sentinel, after the replica had missed the last writes', async (t) =>
    survives(t, await sentinelPair(t), true))
})
