/**
 * `npm run bench`: measures all contenders in process and over HTTP, prints the tables and writes them to `results/`.
 *
 *     npm run bench                        everything, 10 to 15 minutes
 *     npm run bench -- --quick             everything for a moment, to see that it works; nothing is written
 *     npm run bench -- --only=memory,file  only contenders with one of these words in their name or family
 *     npm run bench -- --rounds=30         more rounds than usual (15 in process, 5 over HTTP), or fewer
 *     npm run bench -- --no-http           without the part over HTTP; --no-in-process without the other
 *     npm run bench -- --no-peers          ours, the floors and the bare handlers: nothing is installed
 *     npm run bench -- --no-install        says the command instead of installing the peers
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allContenders, ownContenders } from './contenders.ts'
import type { Contender } from './contract.ts'
import { measureHttp } from './http/measure.ts'
import { measureGroups } from './in-process/groups.ts'
import { ensurePeers } from './install.ts'
import { loadLine, machineLines, machineName } from './machine.ts'
import { groupTable, httpTable } from './report.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const quick = args.includes('--quick')
const only = args
  .find((argument) => argument.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',')

const inProcess = quick
  ? { rounds: 3, roundMs: 5, warmUpMs: 5, sessions: 50 }
  : { rounds: 15, roundMs: 200, warmUpMs: 500 }
const overHttp = quick
  ? { rounds: 1, roundMs: 100, connections: 4, sessions: 50 }
  : { rounds: 5, roundMs: 1000, connections: 8, sessions: 1000 }

async function main(): Promise<void> {
  const contenders = (await present()).filter(isWanted)
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  const facts = [...machineLines(folder, command), loadLine('at the beginning')]
  const parts: string[] = []
  if (!args.includes('--no-in-process')) {
    const groups = await measureGroups(contenders, inProcess, tell)
    parts.push(
      `## In process\n\nMicroseconds of CPU per request that a contender adds to the bare handler, and how many times what the floor adds (median of ${inProcess.rounds} paired rounds of ${inProcess.roundMs} ms, with its 95 % interval).`,
      ...groups.map(groupTable),
    )
  }
  if (!args.includes('--no-http')) {
    const results = await measureHttp(contenders, overHttp, tell)
    parts.push(
      `## Over HTTP\n\nMicroseconds of CPU of the server per request, added to the bare handler of the same kind of server (its own in brackets); ${overHttp.connections} connections, median of ${overHttp.rounds} rounds of ${overHttp.roundMs} ms.`,
      httpTable(results),
    )
  }
  const date = new Date().toISOString().slice(0, 10)
  const title = `# Bench of ${date}${quick ? ' (quick: these figures say nothing)' : ''}`
  const report = [title, [...facts, loadLine('at the end')].join('\n'), ...parts].join('\n\n')
  console.log(report)
  // A part shall not take the place of the whole.
  const part = args.map((argument) => argument.replaceAll(/[^a-z0-9]+/gi, '-').slice(1))
  if (!quick) write(`${[date, machineName(), ...part].join('-')}.md`, `${report}\n`)
}

async function present(): Promise<readonly Contender[]> {
  if (args.includes('--no-peers')) return ownContenders
  const problem = ensurePeers(folder, !args.includes('--no-install'))
  if (problem === undefined) return allContenders()
  throw new Error(`${problem}, or measure without them: npm run bench -- --no-peers`)
}

function isWanted({ name, family, role }: Contender): boolean {
  return (
    only === undefined ||
    role === 'bare' ||
    role === 'floor' ||
    only.some((word) => name.includes(word) || family === word)
  )
}

function write(name: string, report: string): void {
  const file = join(folder, 'results', name)
  mkdirSync(join(folder, 'results'), { recursive: true })
  writeFileSync(file, report)
  tell(`written: ${relative(process.cwd(), file)}`)
}

function tell(line: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${line}`)
}

await main()
