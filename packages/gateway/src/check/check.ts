import { userFileProblems } from '../auth/user-file-problems-node.ts'
import { type Diagnostic, Diagnostics } from '../config/diagnostics.ts'
import { type ConfigFiles, diskFiles } from '../config/files-node.ts'
import { loadConfig, type LoadedConfig, type LoadOptions } from '../config/load-node.ts'
import { applyRules } from '../config/rules.ts'
import type { Source } from '../config/source.ts'
import { Certificates } from '../server/certificates.ts'
import { isError } from '../server/config-failure.ts'
import { listenPlace } from '../server/listen-failure.ts'
import { listenPlans } from '../server/listen-plan.ts'
import { targetProblems } from '../server/target-problems.ts'
import { apacheRules } from './as-apache/rules.ts'
import { readAsApache, type SetupVerdict, setupsOf } from './as-apache/setups.ts'
import { asApacheTakesThem } from './as-apache/leniency.ts'
import { checkHtaccess, type CheckedHtaccess, checkHtaccessOf, isHtaccess } from './htaccess.ts'
import { type SessionSummary, sessionSummaries, summaryOf } from './session-summary.ts'
import { withShellHints } from './shell-hints.ts'
import { skippedFindings } from './skipped-sections.ts'

/** How a configuration is checked. */
export interface CheckOptions extends Pick<LoadOptions, 'lenient' | 'defines' | 'files' | 'environment'> {
  /** True: as the real server would judge it (default: as this gateway does). */
  readonly asApache?: boolean
}

/** What is to be said about a configuration. */
export interface CheckReport {
  /** True: no finding is an error. */
  readonly usable: boolean
  /** In the order of the lines. */
  readonly findings: readonly Diagnostic[]
  /** The files that were read, by path. */
  readonly sources: ReadonlyMap<string, Source>
  /** What the directives about sessions add up to. */
  readonly sessions: readonly SessionSummary[]
  /** With `asApache`: what the real server does with it, by what it has loaded. */
  readonly setups: readonly SetupVerdict[]
}

/** Checks a configuration, or a `.htaccess` file. Files are read; nothing is made or changed, and no store is opened. @param file Absolute. */
export function check(file: string, options: CheckOptions = {}): CheckReport {
  const { files = diskFiles } = options
  if (isHtaccess(file) && files.kind(file) === 'file') return checkOneHtaccess(file, options)
  return options.asApache === true ? checkAsApache(file, options) : checkSite(file, options)
}

function checkSite(file: string, options: CheckOptions): CheckReport {
  const loaded = loadConfig(file, options)
  const inside = checkHtaccessOf(loaded.site, options)
  const findings = [
    ...loaded.diagnostics,
    ...skippedFindings(loaded),
    ...targetProblems(loaded.site),
    ...userFileProblems(loaded.site),
    ...Certificates.load(loaded.site).problems,
    ...listenFindings(loaded, options.files),
    ...inside.flatMap((checked) => checked.findings),
  ]
  return report(findings, sourcesOf(loaded, inside), { sessions: sessionSummaries(loaded.site) })
}

/** A file without a Listen can be included by another one: it is not at fault, but cannot be served by itself. */
function listenFindings(loaded: LoadedConfig, files: ConfigFiles = diskFiles): Diagnostic[] {
  const [file = ''] = loaded.sources.keys()
  if (files.kind(file) !== 'file') return []
  return listenPlans(loaded.site).problems.map((problem) => ({
    ...listenPlace(loaded),
    severity: problem.code === 'missing-directive' ? 'info' : 'error',
    ...problem,
  }))
}

function checkAsApache(file: string, options: CheckOptions): CheckReport {
  const readings = setupsOf(loadConfig(file, options)).map((setup) => readAsApache(file, setup, options))
  const [first] = readings
  if (first === undefined) throw new Error('there is always a set-up')
  const rules = new Diagnostics()
  applyRules(apacheRules, first.loaded.site, rules)
  const inside = checkHtaccessOf(first.loaded.site, { ...options, asApache: true })
  const findings = [
    ...first.findings,
    ...rules.list,
    ...inside.flatMap((checked) => asApacheTakesThem(checked.findings, sourceOf(checked))),
  ]
  return report(findings, sourcesOf(first.loaded, inside), {
    sessions: sessionSummaries(first.loaded.site),
    setups: readings.map(({ verdict }) => verdict),
  })
}

function checkOneHtaccess(file: string, options: CheckOptions): CheckReport {
  const checked = checkHtaccess(file, options)
  const sources = sourceOf(checked)
  const findings = options.asApache === true ? asApacheTakesThem(checked.findings, sources) : checked.findings
  const sessions = [summaryOf({ title: '.htaccess', place: undefined }, checked.layer.settings)]
  return report(findings, sources, { sessions })
}

function report(
  findings: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source>,
  { sessions, setups = [] }: Pick<CheckReport, 'sessions'> & Partial<Pick<CheckReport, 'setups'>>,
): CheckReport {
  return {
    usable: !findings.some(isError),
    findings: withShellHints(inOrder(findings, sources), sources),
    sources,
    sessions,
    setups,
  }
}

function sourcesOf({ sources }: LoadedConfig, inside: readonly CheckedHtaccess[]): ReadonlyMap<string, Source> {
  return new Map([...sources, ...inside.flatMap((checked) => [...sourceOf(checked)])])
}

function sourceOf({ source }: CheckedHtaccess): ReadonlyMap<string, Source> {
  return new Map([[source.file, source]])
}

/** Files in the order in which they were read. */
function inOrder(findings: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): Diagnostic[] {
  const rank = new Map([...sources.keys()].map((file, index) => [file, index]))
  const rankOf = ({ file }: Diagnostic): number => rank.get(file) ?? -1
  return findings.toSorted((a, b) => rankOf(a) - rankOf(b) || a.line - b.line || a.column - b.column)
}
