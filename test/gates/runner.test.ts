import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { repo } from '../../scripts/lib/repo.ts'
import { tree } from './tree.ts'

interface Outcome {
  readonly status: number | null
  readonly lines: string[]
}

/** Runs a test file as `npm test` does. */
function runFile(t: TestContext, text: string, fileLimit: number): Outcome {
  const file = join(tree(t, { 'a.test.ts': `import { test } from 'node:test'\n${text}` }), 'a.test.ts')
  const reporter = `--test-reporter=${join(repo, 'scripts/lib/reporter.ts')}`
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const run = spawnSync(
    process.execPath,
    ['--test', `--import=${join(repo, 'scripts/lib/watchdog.ts')}`, reporter, file],
    {
      env: { ...env, SEKISHO_TEST_FILE_LIMIT: String(fileLimit), FORCE_COLOR: '0' },
      encoding: 'utf8',
      timeout: 30_000,
    },
  )
  return { status: run.status, lines: run.stdout.trimEnd().split('\n') }
}

test('the report ends with the summary, also when a test failed', (t) => {
  const { status, lines } = runFile(t, "test('good', () => {})\ntest('bad', () => { throw new Error('oh') })", 0)
  assert.equal(status, 1)
  assert.match(lines.at(-1) ?? '', /^ℹ duration_ms /)
  assert.deepEqual(lines.slice(-8, -1), [
    'ℹ tests 2',
    'ℹ suites 0',
    'ℹ pass 1',
    'ℹ fail 1',
    'ℹ cancelled 0',
    'ℹ skipped 0',
    'ℹ todo 0',
  ])
  assert.ok(lines.slice(0, -8).some((line) => line.includes('Error: oh')))
})

test('a test file that hangs is ended, and what it hangs on is named', (t) => {
  const { status, lines } = runFile(t, "test('good', () => {})\nsetInterval(() => {}, 1000)", 500)
  assert.equal(status, 1)
  assert.ok(
    lines.some((line) => /was not done after 0\.5 s; still open: .*Timeout/.test(line)),
    lines.join('\n'),
  )
})
