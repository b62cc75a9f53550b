/**
 * `npm test`: every gate, then every test. Ends with the summary of the test runner.
 *
 *     npm test                    everything
 *     npm test -- cookie merge    only test files with `cookie` or `merge` in their path, and no gates
 *     npm test -- --long          with the versions that take minutes, and without time limits
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ensureChromium } from './browser.ts'
import { checks } from './check.ts'
import { find, repo } from './lib/repo.ts'
import { runSteps, type Step } from './lib/steps.ts'
import { ensureLanguages } from './languages.ts'
import { ensureServers, startShared, type SharedServers } from './services.ts'
import { needServers } from './services/needed.ts'

const patterns = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'test/**/*.test.ts',
  'examples/*/src/**/*.test.ts',
  'examples/*/test/**/*.test.ts',
]
/** Time limits in milliseconds: of one test, and of one file. */
const limits = { test: 120_000, file: 300_000 }

const args = process.argv.slice(2)
const long = args.includes('--long')
const filters = args.filter((argument) => !argument.startsWith('--'))

/** Before the tests, so that those which run side by side do not race for the lock of apt. */
const browser: Step = {
  name: 'browser',
  async run() {
    await ensureChromium()
    return []
  },
}

const languages: Step = {
  name: 'languages',
  async run() {
    ensureLanguages()
    return []
  },
}

/** What the tests share; `undefined` unless {@link servers} ran and all of them started. */
let shared: SharedServers | undefined

const servers: Step = {
  name: 'servers',
  async run() {
    ensureServers()
    shared = await startShared()
    return []
  },
}

async function main(): Promise<number> {
  const files = find(patterns).filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
  if (files.length === 0) {
    console.error(`no test file has ${filters.join(' or ')} in its path`)
    return 1
  }
  const needs = needServers(files) ? [browser, languages, servers] : [browser, languages]
  try {
    const failed = await runSteps(filters.length === 0 ? [...checks, ...needs] : needs)
    if (failed.length > 0) console.log(`\nfailed: ${failed.join('; ')}; the tests run all the same\n`)
    return await runTests(files, failed)
  } finally {
    await shared?.stop()
  }
}

/** Two files at a time: what a small machine has cores for. */
async function runTests(files: readonly string[], failedGates: readonly string[]): Promise<number> {
  const options = [
    '--conditions=source',
    '--test',
    '--test-concurrency=2',
    '--import=./scripts/lib/watchdog.ts',
    '--test-reporter=./scripts/lib/reporter.ts',
    ...(long ? [] : [`--test-timeout=${limits.test}`]),
  ]
  const env = {
    ...process.env,
    ...shared?.environment,
    SEKISHO_FAILED_GATES: failedGates.join('; '),
    SEKISHO_TEST_FILE_LIMIT: long ? '0' : String(limits.file),
    ...(long ? { SEKISHO_LONG: '1' } : {}),
  }
  const run = spawn(process.execPath, [...options, ...files], {
    cwd: repo,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  })
  // A signal ends the runner, and only then, when nobody uses them any more, the servers and us.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => run.kill(signal))
  const [code] = (await once(run, 'exit')) as [number | null]
  return code ?? 1
}

process.exitCode = await main()
