/**
 * What the gateway costs a request, beside Apache.
 *
 *     npm run bench -- --gateway                    all contenders, 10 minutes
 *     npm run bench -- --gateway --only=aes256      only contenders with one of these words in their name
 *     npm run bench -- --gateway --rounds=15        more rounds than usual (9), or fewer
 *     npm run bench -- --gateway --quick            for a moment, to see that it works; nothing is written
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { ensureServers } from '../../../scripts/services.ts'
import { findProgram } from '../../../scripts/services/programs.ts'
import { args, folder, option, tell, write } from '../command-line.ts'
import { loadLine, machineLines, machineName } from '../machine.ts'
import { frontContenders, frontLimits } from './contenders.ts'
import { measureFronts, type RoundSettings } from './measure.ts'
import { frontReport } from './report.ts'

const quick = args.includes('--quick')
const only = option('only')?.split(',')

async function main(): Promise<void> {
  const contenders = frontContenders.filter(({ name }) => only?.some((word) => name.includes(word)) ?? true)
  ensureServers()
  const command = ['npm run bench --', ...args].join(' ')
  // The peers of the rest of the bench take no part here.
  const machine = machineLines(folder, command).filter((line) => !line.startsWith('- packages'))
  const facts = [...machine, `- ${apacheVersion()}`, loadLine('at the beginning')]
  const results = await measureFronts(contenders, settings(), tell)
  const date = new Date().toISOString().slice(0, 10)
  const report = [
    `# Gateway, ${date}${quick ? ' (quick: these figures say nothing)' : ''}`,
    [...facts, loadLine('at the end')].join('\n'),
    frontReport(results, frontLimits, settings()),
  ].join('\n\n')
  console.log(report)
  if (!quick) write(`${[date, machineName(), 'gateway', ...(only ?? [])].join('-')}.md`, `${report}\n`)
}

function settings(): RoundSettings {
  if (quick)
    return {
      rounds: 2,
      roundMs: 100,
      settleMs: 0,
      warmUpRequests: 1,
      warmUpMs: 100,
      connections: 4,
      sessions: 50,
      manySessions: 100,
    }
  const rounds = Number(option('rounds') ?? 9)
  // More than the 10,000 keys that are kept for a passphrase.
  return {
    rounds,
    roundMs: 2000,
    settleMs: 300,
    warmUpRequests: 60_000,
    warmUpMs: 20_000,
    connections: 8,
    sessions: 1000,
    manySessions: 11_000,
  }
}

function apacheVersion(): string {
  const { stdout } = spawnSync(findProgram('apache2'), ['-v'], { encoding: 'utf8' })
  return /Apache\/\S+/.exec(stdout)?.[0] ?? 'Apache'
}

await main()
