import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const bench = fileURLToPath(new URL('../bench', import.meta.url))
const run = promisify(execFile)

test('the parts beside real PHP run, lose no count, and say what is held to which limit', async () => {
  const results = readdirSync(join(bench, 'results'))
  const program = ['--conditions=source', join(bench, 'src/main.ts'), '--php', '--quick', '--rounds=1']
  const { stdout } = await run(process.execPath, program)
  const rows = stdout.split('\n').filter((line) => line.startsWith('| '))
  const row = (name: string): string => rows.find((line) => line.startsWith(`| ${name}`)) ?? ''
  assert.match(stdout, /- PHP 8\./)
  assert.match(row('sekisho: the `files` handler'), /at least 10 \| (?:met|missed)/)
  assert.match(row('sekisho: the session functions, locked'), /at least PHP’s: × [\d.]+/)
  assert.match(row('sekisho: the engine, shared with PHP'), /share at least 0\.8 \| (?:met|missed)/)
  assert.deepEqual(readdirSync(join(bench, 'results')), results, 'a quick run keeps nothing')
})
