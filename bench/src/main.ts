/**
 * `npm run bench`: measures all contenders in process and over HTTP, prints the tables and writes them to `results/`.
 *
 *     npm run bench                        everything, 10 to 15 minutes
 *     npm run bench -- --quick             everything for a moment, to see that it works; nothing is written
 *     npm run bench -- --only=memory,file  only contenders with one of these words in their name or family
 *     npm run bench -- --rounds=30         more rounds than usual (15 in process, 5 over HTTP), or fewer
 *     npm run bench -- --no-http           without the part over HTTP; --no-in-process without the other
 *     npm run bench -- --no-peers          ours, the floors and the bare handlers: nothing is installed
 *     npm run bench -- --no-servers        without the contenders that need a database server
 *     npm run bench -- --growth            something else: large stores beside small ones, see growth.ts
 *     npm run bench -- --gateway           something else: the gateway beside Apache, see gateway/main.ts
 *     npm run bench -- --php               something else: PHP's sessions beside real PHP, see php/main.ts
 *     npm run bench -- --no-install        says the command instead of installing the peers
 *
 * @module
 */
import { args, folder, option, tell, write } from './command-line.ts'
import { allContenders, ownContenders } from './contenders.ts'
import { callers } from './contenders/store-parts.ts'
import type { Contender } from './contract.ts'
import { measureHttp } from './http/measure.ts'
import { measureGroups, type Group } from './in-process/groups.ts'
import { ensurePeers } from './install.ts'
import { loadLine, machineLines, machineName } from './machine.ts'
import { groupTable, httpTable, wallTable } from './report.ts'
import { startServers, storeLines } from './servers.ts'
import { storeContenders } from './store-contenders.ts'

const quick = args.includes('--quick')
const only = option('only')?.split(',')
const rounds = option('rounds')

const inProcess = quick
  ? { rounds: 3, roundMs: 5, warmUpMs: 5, settleMs: 5, sessions: 50 }
  : { rounds: Number(rounds ?? 15), roundMs: 200, warmUpMs: 500, settleMs: 300 }
const overHttp = quick
  ? { rounds: 1, roundMs: 100, connections: 4, sessions: 50 }
  : { rounds: Number(rounds ?? 5), roundMs: 1000, connections: 8, sessions: 1000 }

async function main(): Promise<void> {
  const contenders = wanted(await present())
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  const needed = contenders.map(({ needs }) => needs)
  const facts = [...machineLines(folder, command), ...storeLines(needed), loadLine('at the beginning')]
  const stopServers = await startServers(needed)
  const parts = await measureAll(contenders).finally(stopServers)
  const date = new Date().toISOString().slice(0, 10)
  const title = `# Bench of ${date}${quick ? ' (quick: these figures say nothing)' : ''}`
  const report = [title, [...facts, loadLine('at the end')].join('\n'), ...parts].join('\n\n')
  console.log(report)
  // A part shall not take the place of the whole.
  const part = args.map((argument) => argument.replaceAll(/[^a-z0-9]+/gi, '-').slice(1))
  if (!quick) write(`${[date, machineName(), ...part].join('-')}.md`, `${report}\n`)
}

async function measureAll(contenders: readonly Contender[]): Promise<string[]> {
  const inProcessPart = args.includes('--no-in-process') ? [] : await inProcessParts(contenders)
  return [...inProcessPart, ...(args.includes('--no-http') ? [] : await httpParts(contenders))]
}

async function inProcessParts(contenders: readonly Contender[]): Promise<string[]> {
  const groups = await measureGroups(contenders, inProcess, tell)
  const { rounds: count, roundMs } = inProcess
  return [
    `## In process\n\nMicroseconds of CPU per request that a contender adds to the bare handler, and how many times what the floor adds (median of ${count} paired rounds of ${roundMs} ms, with its 95 % interval). Beside a server, ${callers} requests are under way at once; the second table of those families has the time between two answers.`,
    ...groups.flatMap((group) =>
      needsServer(group, contenders) ? [groupTable(group), wallTable(group)] : [groupTable(group)],
    ),
  ]
}

function needsServer({ family }: Group, contenders: readonly Contender[]): boolean {
  return contenders.some((contender) => contender.family === family && contender.needs !== undefined)
}

async function httpParts(contenders: readonly Contender[]): Promise<string[]> {
  const results = await measureHttp(contenders, overHttp, tell)
  const { connections, rounds: count, roundMs } = overHttp
  return [
    `## Over HTTP\n\nMicroseconds of CPU of the server per request, added to the bare handler of the same kind of server (its own in brackets); ${connections} connections, median of ${count} rounds of ${roundMs} ms.`,
    httpTable(results),
  ]
}

async function present(): Promise<readonly Contender[]> {
  const all = await installed()
  return args.includes('--no-servers') ? all.filter(({ needs }) => needs === undefined) : all
}

async function installed(): Promise<readonly Contender[]> {
  if (args.includes('--no-peers')) return [...ownContenders, ...storeContenders]
  const problem = ensurePeers(folder, !args.includes('--no-install'))
  if (problem === undefined) return allContenders()
  throw new Error(`${problem}, or measure without them: npm run bench -- --no-peers`)
}

/** Those that were asked for, the floors of their families, and the bare handlers. */
function wanted(contenders: readonly Contender[]): Contender[] {
  const named = contenders.filter(
    ({ name, family }) => only === undefined || only.some((word) => name.includes(word) || family === word),
  )
  const families = new Set(named.map(({ family }) => family))
  return contenders.filter(
    (contender) =>
      contender.role === 'bare' ||
      named.includes(contender) ||
      (contender.role === 'floor' && families.has(contender.family)),
  )
}

if (args.includes('--growth')) await import('./growth.ts')
else if (args.includes('--gateway')) await import('./gateway/main.ts')
else if (args.includes('--php')) await import('./php/main.ts')
else await main()
