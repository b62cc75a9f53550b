/**
 * PHP's sessions here, beside real PHP.
 *
 *     npm run bench -- --php                    all parts, 5 minutes
 *     npm run bench -- --php --only=cycle       only parts with one of these words in their name
 *     npm run bench -- --php --rounds=25        more rounds than usual (15), or fewer
 *     npm run bench -- --php --quick            for a moment, to see that it works; nothing is written
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { args, folder, option, tell, write } from '../command-line.ts'
import { loadLine, machineLines, machineName } from '../machine.ts'
import type { PhpSettings } from './contract.ts'
import { cyclePart } from './cycle.ts'
import { formatsPart } from './formats.ts'
import { parallelPart } from './parallel.ts'

/** Each gives a chapter of the report. */
const parts: Readonly<Record<string, (settings: PhpSettings) => Promise<string>>> = {
  formats: formatsPart,
  cycle: cyclePart,
  parallel: parallelPart,
}

async function main(): Promise<void> {
  const quick = args.includes('--quick')
  const only = option('only')?.split(',')
  const settings = { rounds: Number(option('rounds') ?? (quick ? 2 : 15)), quick, tell }
  const wanted = Object.entries(parts).filter(([name]) => only?.some((word) => name.includes(word)) ?? true)
  const command = ['npm run bench --', ...args].join(' ')
  // The peers of the rest of the bench take no part here.
  const machine = machineLines(folder, command).filter((line) => !line.startsWith('- packages'))
  const facts = [...machine, `- ${phpVersion()}`, loadLine('at the beginning')]
  const chapters: string[] = []
  for (const [, part] of wanted) chapters.push(await part(settings))
  const date = new Date().toISOString().slice(0, 10)
  const title = `# PHP's sessions, ${date}${quick ? ' (quick: these figures say nothing)' : ''}`
  const report = [title, [...facts, loadLine('at the end')].join('\n'), ...chapters].join('\n\n')
  console.log(report)
  if (!quick) write(`${[date, machineName(), 'php', ...(only ?? [])].join('-')}.md`, `${report}\n`)
}

function phpVersion(): string {
  const { status, stdout } = spawnSync('php', ['-r', 'echo "PHP ", PHP_VERSION;'], { encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error('this part of the bench needs PHP: sudo apt-get install php-cli')
}

await main()
