/** What the guide to the SQLite store says is what the store does. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SqliteStore } from '../src/store/sqlite.ts'

const repo = fileURLToPath(new URL('../../../', import.meta.url))
const guide = readFileSync(join(repo, 'docs/guide/stores/sqlite.md'), 'utf8')

test('shows the schema as it is', () => {
  const database = new DatabaseSync(':memory:')
  assert.deepEqual(blocks('sql'), [new SqliteStore({ database }).schema()])
  database.close()
})

test('has examples that run, in the runtime that they are for', (t) => {
  const examples = blocks('ts')
  assert.equal(examples.length, 3)
  for (const example of examples) {
    const directory = mkdtempSync(join(tmpdir(), 'sekisho-guide-'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    const code = example.replaceAll('/var/lib/shop', directory)
    const isForBun = code.includes('bun:sqlite')
    const runtime = isForBun ? join(repo, 'node_modules/.bin/bun') : process.execPath
    const args = isForBun ? [] : ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript']
    const { stderr, status } = spawnSync(runtime, ['--conditions=source', ...args, '-e', code], {
      cwd: join(repo, 'packages/sekisho'),
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production' },
      timeout: 60_000,
    })
    assert.deepEqual([stderr, status], ['', 0], code)
    assert.ok(existsSync(join(directory, 'sessions.db')), code)
  }
})

/** The contents of the guide's code blocks in a language. */
function blocks(language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')
  return [...guide.matchAll(pattern)].map(([, content = '']) => content)
}
