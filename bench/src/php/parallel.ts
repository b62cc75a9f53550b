import { writeFileSync, readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeVars } from 'sekisho/php'
import { freePort, Server } from '../../../scripts/services/server.ts'
import { Workplace } from '../../../scripts/services/workplace.ts'
import { interval, table } from '../report.ts'
import { estimate, median } from '../statistics.ts'
import type { PhpSettings } from './contract.ts'
import { directives, storedSample, verdict } from './parts.ts'

const connections = 16
const id = 'parallel0123456789abcdef01234567'
const ourProgram = fileURLToPath(new URL('parallel-server.ts', import.meta.url))
const phpPage = fileURLToPath(new URL('parallel.php', import.meta.url))

/** A page, and the one without a session of the same server. */
interface Case {
  readonly name: string
  readonly server: 'php' | 'ours'
  readonly path: string
}

const cases: readonly Case[] = [
  { name: 'PHP: session_start … session_write_close', server: 'php', path: '/session' },
  { name: 'sekisho: the session functions, locked', server: 'ours', path: '/functions' },
  { name: 'sekisho: the engine, shared with PHP', server: 'ours', path: '/engine' },
]

/** The servers of the part. */
type Servers = Readonly<Record<Case['server'], Server>>

/** What one round gave: requests per second, and their share of those without a session. */
type Shares = Map<string, { rate: number; share: number }[]>

/** One session, {@link connections} connections and 10 ms of work in every request, which counts. */
export async function parallelPart({ rounds, quick, tell }: PhpSettings): Promise<string> {
  const place = new Workplace('bench-php', { endSignal: 'TERM' })
  const ms = quick ? 200 : 2000
  writeFileSync(place.file(`sess_${id}`), storedSample(), { mode: 0o600 })
  const servers = { php: await startPhp(place.path), ours: await startOurs(place.path) }
  const shares: Shares = new Map(cases.map(({ name }) => [name, []]))
  try {
    for (const { server, path } of cases) await load(servers[server], path, ms)
    for (let round = 1; round <= rounds; round += 1) {
      tell(`parallel, round ${round} of ${rounds}`)
      await measureRound(servers, place.path, { shares, ms })
    }
  } finally {
    await Promise.all([servers.php.stop(), servers.ours.stop()])
    place.remove()
  }
  return report(rounds, shares)
}

async function measureRound(servers: Servers, directory: string, into: { shares: Shares; ms: number }): Promise<void> {
  const none = { php: await load(servers.php, '/none', into.ms), ours: await load(servers.ours, '/none', into.ms) }
  for (const { name, server, path } of cases) {
    const before = countIn(directory)
    const answers = await load(servers[server], path, into.ms)
    const counted = countIn(directory) - before
    if (counted !== answers) throw new Error(`${name}: ${answers} requests were answered, and ${counted} counted`)
    into.shares.get(name)?.push({ rate: (answers * 1000) / into.ms, share: answers / none[server] })
  }
}

/** Asks on all connections as fast as is answered. @returns How many answers came. */
async function load(server: Server, path: string, ms: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const end = performance.now() + ms
  let answers = 0
  const visitor = async (): Promise<void> => {
    while (performance.now() < end) {
      const body = await ask(server.port, path, agent)
      if (!/^(?:none|\d+)$/.test(body)) throw new Error(`${path} answered ${JSON.stringify(body.slice(0, 200))}`)
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, visitor))
  agent.destroy()
  return answers
}

function ask(port: number, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent, headers: { cookie: `PHPSESSID=${id}` } }
    get(options, (res) => {
      let body = ''
      res.setEncoding('latin1')
      res.on('data', (part: string) => (body += part))
      res.on('end', () => resolve(body))
    }).on('error', reject)
  })
}

/** PHP's own server with a process for each connection. */
async function startPhp(directory: string): Promise<Server> {
  const port = await freePort()
  // At TERM it would end alone, and leave its workers behind.
  const place = new Workplace('bench-php-server', { endSignal: 'INT' })
  const php = ['php', ...directives({ 'session.save_path': directory }), '-S', `127.0.0.1:${port}`, phpPage]
  const line = ['/usr/bin/env', `PHP_CLI_SERVER_WORKERS=${connections}`, ...php]
  return Server.start({ url: `http://127.0.0.1:${port}`, port, line, place, ready: /Development Server .* started/ })
}

async function startOurs(directory: string): Promise<Server> {
  const port = await freePort()
  const place = new Workplace('bench-php-ours', { endSignal: 'TERM' })
  const node = [process.execPath, '--conditions=source', ourProgram, directory, String(port)]
  const line = ['/usr/bin/env', 'NODE_ENV=production', ...node]
  return Server.start({ url: `http://127.0.0.1:${port}`, port, line, place, ready: /listening/ })
}

function countIn(directory: string): number {
  return Number(decodeVars('php', readFileSync(join(directory, `sess_${id}`))).get('n'))
}

function report(rounds: number, shares: Shares): string {
  const php = shares.get(cases[0]?.name ?? '')?.map(({ rate }) => rate) ?? []
  const rows = cases.map(({ name, path }) => {
    const measured = shares.get(name) ?? []
    const own = measured.map(({ share }) => share)
    const rates = measured.map(({ rate }) => rate)
    const limit = limitOf(
      path,
      own,
      rates.map((rate, round) => rate / (php[round] ?? Number.NaN)),
    )
    return [name, median(rates).toFixed(0), interval(estimate(own)), ...limit]
  })
  return [
    `## One session, many requests\n\n${connections} connections, one session on the file system of the temporary files, and 10 ms of work in every request, which counts; nothing that was answered is missing in the count. The share is that of the requests per second without a session, of the same server in the same round (median of ${rounds}, with its 95 % interval). PHP runs in its own server with ${connections} processes.`,
    table(['', 'requests/s', 'share', 'limit', 'verdict'], rows),
  ].join('\n\n')
}

/** The engine must reach 0.8 of no session; with a lock nobody is faster than one after the other, and we no slower than PHP. */
function limitOf(
  path: string,
  share: readonly number[],
  besidePhp: readonly number[],
): [limit: string, verdict: string] {
  if (path === '/engine') return ['share at least 0.8', verdict(estimate(share), 0.8)]
  if (path !== '/functions') return ['', '']
  const ratio = estimate(besidePhp)
  return [`requests/s at least PHP’s: × ${interval(ratio)}`, verdict(ratio, 1)]
}
