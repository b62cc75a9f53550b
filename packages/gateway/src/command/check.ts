import { Command } from 'commander'
import type { CheckReport } from '../check/check.ts'
import { collected } from './arguments.ts'
import { exitCodes } from './terminal/command-error.ts'
import { configurationFile } from './terminal/configuration-file.ts'
import { formatFinding } from './terminal/findings.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly asApache: boolean
  readonly lenient: boolean
  readonly strict: boolean
  readonly define: readonly string[]
  readonly json: boolean
}

const help = `
Files are read; nothing is made or changed, and no store is opened. Exit code 1: there are errors; with --strict, also when there are warnings.

Examples:
  sekisho check site.conf
  sekisho check site.conf --as-apache     what the real server rejects, or takes and ignores
  sekisho check htdocs/.htaccess
  sekisho check site.conf -D production --strict --json`

/** `sekisho check site.conf` */
export function checkCommand(terminal: Terminal): Command {
  return new Command('check')
    .alias('configtest')
    .summary('Say what is wrong with a configuration')
    .description('Say what is wrong with a configuration, and what its directives about sessions add up to')
    .argument('<file>', 'the configuration, or a .htaccess file')
    .option('--as-apache', 'judge it as the real server, Apache 2.4.71, would', false)
    .option('--lenient', 'take directives that nobody knows for warnings', false)
    .option('--strict', 'end with 1 when there are warnings', false)
    .option('-D, --define <name>', 'a name that <IfDefine> finds; may be repeated', collected, [])
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action(async (name: string, { asApache, lenient, strict, define, json }: Options) => {
      const file = configurationFile(name)
      const { check } = await import('../check/check.ts')
      const report = check(file, { asApache, lenient, defines: define })
      if (json) terminal.out.json(documentOf(file, report))
      else await print(report, { asApache }, terminal)
      const fails = !report.usable || (strict && count(report, 'warning') > 0)
      if (fails) process.exitCode = exitCodes.failed
    })
}

function documentOf(file: string, { usable, findings, sessions, setups }: CheckReport): unknown {
  const counts = { errors: count({ findings }, 'error'), warnings: count({ findings }, 'warning') }
  return { file, usable, ...counts, findings, sessions, ...(setups.length > 0 && { setups }) }
}

async function print(report: CheckReport, { asApache }: Pick<Options, 'asApache'>, terminal: Terminal): Promise<void> {
  const { summaryHead, summaryRow } = await import('../check/session-summary.ts')
  const { out } = terminal
  for (const finding of report.findings) out.line(formatFinding(finding, out, report.sources))
  if (report.findings.length > 0) out.line()
  if (asApache) printSetups(report, terminal)
  else if (report.sessions.some(({ session }) => session !== undefined))
    out.line(terminal.table(report.sessions.map(summaryRow), { head: summaryHead }))
  out.line(verdictOf(report, terminal))
}

function printSetups({ setups }: CheckReport, { out }: Terminal): void {
  for (const { setup, starts, words, skipped } of setups) {
    const verdict = starts ? out.style('good', 'it starts') : out.style('bad', 'it does not start')
    out.line(`Apache 2.4.71, ${setup}: ${verdict}`)
    for (const line of words?.split('\n') ?? []) out.line(`    ${line}`)
    if (skipped.length > 0) out.line(`    left out without a word: ${skipped.join('; ')}`)
  }
  out.line()
}

function verdictOf(report: CheckReport, { out }: Terminal): string {
  const [errors, warnings] = [count(report, 'error'), count(report, 'warning')]
  const told = [counted(errors, 'error'), counted(warnings, 'warning')].filter((text) => text !== '').join(', ')
  if (!report.usable) return `${out.style('bad', 'Not usable')}: ${told}`
  return `${out.style('good', 'Syntax OK')}${told === '' ? '' : `: ${told}`}`
}

function count({ findings }: Pick<CheckReport, 'findings'>, severity: 'error' | 'warning'): number {
  return findings.filter((finding) => finding.severity === severity).length
}

function counted(number: number, what: string): string {
  if (number === 0) return ''
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
