/**
 * A throw-away Redis Cluster of three masters.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { askRedis, launchRedis, persistence } from './redis.ts'
import { freePort, type Server } from './server.ts'
import { allOrNone, Several } from './several.ts'
import { Workplace } from './workplace.ts'

/** How a cluster is set up. */
export interface RedisClusterOptions {
  /** Whether a write is in a file on the disk before it is acknowledged (default `false`). */
  readonly appendonly?: boolean
  /** Whether each master has a replica that takes over when it fails (default `false`). */
  readonly replicas?: boolean
}

/** Starts three masters, each with a third of the slots. Resolves when the cluster takes commands, about 2 s later. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const roles = options.replicas === true ? [0, 1, 2, 0, 1, 2] : [0, 1, 2]
  const members: Member[] = []
  for (const [index, part] of roles.entries()) members.push(await member(part, index < 3 ? undefined : members[part]))
  return new RedisCluster(await allOrNone(members.map((one) => startNode(one, members, options))))
}

/** A Redis Cluster. The first three nodes begin as masters; replicas follow in the same order. */
export class RedisCluster extends Several {
  readonly nodes: readonly Server[]

  constructor(nodes: readonly Server[]) {
    super(nodes)
    this.nodes = nodes
  }

  /** The nodes that run and say that they are masters. */
  async masters(): Promise<Server[]> {
    const masters: Server[] = []
    for (const node of this.nodes) if (await isMaster(node)) masters.push(node)
    return masters
  }
}

/** Whether a server runs and says that it is a master. */
export async function isMaster(server: Server): Promise<boolean> {
  try {
    const [role] = await askRedis(server.port, 'role')
    return role === 'master'
  } catch {
    return false
  }
}

/** A node as the configuration of the cluster knows it. */
interface Member {
  readonly id: string
  readonly port: number
  readonly bus: number
  readonly slots: string
  readonly master: Member | undefined
}

async function member(part: number, master: Member | undefined): Promise<Member> {
  const slots = ['0-5460', '5461-10922', '10923-16383'][part] ?? ''
  return { id: randomBytes(20).toString('hex'), port: await freePort(), bus: await freePort(), slots, master }
}

async function startNode(self: Member, members: readonly Member[], options: RedisClusterOptions): Promise<Server> {
  const place = new Workplace('redis-cluster')
  writeFileSync(place.file('nodes.conf'), configuration(self, members))
  const node = await launchRedis({
    place,
    port: self.port,
    settings: {
      port: self.port,
      ...persistence(options),
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-port': self.bus,
      'cluster-node-timeout': 2_000,
      'repl-diskless-sync-delay': 0,
    },
    ready: /Cluster state changed: ok/,
  })
  if (self.master !== undefined) await node.untilLogSays(/MASTER <-> REPLICA sync: Finished with success/)
  return node
}

/** What each node would have written had they met: so nobody has to introduce them to one another. */
function configuration(self: Member, members: readonly Member[]): string {
  const lines = members.map((one) => {
    const role = `${one === self ? 'myself,' : ''}${one.master === undefined ? 'master -' : `slave ${one.master.id}`}`
    const slots = one.master === undefined ? ` ${one.slots}` : ''
    const epoch = members.indexOf(one.master ?? one) + 1
    return `${one.id} 127.0.0.1:${one.port}@${one.bus} ${role} 0 0 ${epoch} connected${slots}\n`
  })
  return `${lines.join('')}vars currentEpoch ${members.length} lastVoteEpoch 0\n`
}
