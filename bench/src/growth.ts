/**
 * Whether a store with many sessions is as fast as one with few.
 *
 *     npm run bench -- --growth                   10,000 sessions beside 1,000,000
 *     npm run bench -- --growth --only=redis,pg   only stores with one of these words in their name
 *     npm run bench -- --growth --sessions=1000,50000
 *     npm run bench -- --growth --quick           for a moment, to see that it works; nothing is written
 *
 * @module
 */
import { args, folder, option, tell, write } from './command-line.ts'
import { measureGrowth, type GrowthResult, type GrowthSettings } from './growth/measure.ts'
import { growthTables } from './growth/report.ts'
import { growthCases, type GrowthCase } from './growth/stores.ts'
import { loadLine, machineLines, machineName } from './machine.ts'
import { startServers, storeLines } from './servers.ts'

const quick = args.includes('--quick')

async function main(): Promise<void> {
  const only = option('only')?.split(',')
  const cases = growthCases.filter(({ name }) => only?.some((word) => name.toLowerCase().includes(word)) ?? true)
  const needed = cases.map(({ needs }) => needs)
  const command = ['npm run bench --', ...args].join(' ')
  const facts = [...machineLines(folder, command), ...storeLines(needed), loadLine('at the beginning')]
  const stopServers = await startServers(needed)
  try {
    const results = await measureAll(cases, settings())
    const date = new Date().toISOString().slice(0, 10)
    const report = [
      `# Growth, ${date}${quick ? ' (quick: these figures say nothing)' : ''}`,
      [...facts, loadLine('at the end')].join('\n'),
      growthTables(results, settings()),
    ].join('\n\n')
    console.log(report)
    if (!quick) write(`${[date, machineName(), 'growth', ...(only ?? [])].join('-')}.md`, `${report}\n`)
  } finally {
    await stopServers()
  }
}

function settings(): GrowthSettings {
  const [few = 0, many = 0] = (option('sessions') ?? (quick ? '100,1000' : '10000,1000000')).split(',').map(Number)
  const sessions = [few, many] as const
  return quick
    ? { rounds: 3, requests: 50, sessions, expired: 20 }
    : { rounds: 45, requests: 1000, sessions, expired: 1000 }
}

async function measureAll(cases: readonly GrowthCase[], how: GrowthSettings): Promise<GrowthResult[]> {
  const results: GrowthResult[] = []
  for (const each of cases) {
    tell(`growing ${each.name}`)
    results.push(await measureGrowth(each, how))
  }
  return results
}

await main()
