/**
 * Which of PHP's own tests have a test here: `data/phpt-classes.tsv` has one line for each of the 255 in `ext/session/tests` of 8.4.24,
 * with a P where it is about more than PHP itself, an R where it belongs to those that have to be here, and what it asks for.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Those that have none, and why. */
const without: Readonly<Record<string, string>> = {}

const [all = [], replayed = [], secondary = []] = (() => {
  const lines = readFileSync(new URL('data/phpt-classes.tsv', import.meta.url), 'utf8').split('\n')
  const rows = lines.filter((line) => line !== '').map((line) => line.split('\t'))
  const portable = rows.filter(([, kind]) => kind === 'P')
  const named = (isReplayed: boolean): string[] =>
    portable.filter(([, , suite]) => (suite === 'R') === isReplayed).map(([name = '']) => name)
  return [rows, named(true), named(false)]
})()

/** The names that tests have before their colon. */
function tested(): Set<string> {
  const files = ['../../test/php/**/*.test.ts', '../../src/php/**/*.test.ts'].flatMap((pattern) =>
    globSync(fileURLToPath(new URL(pattern, import.meta.url))),
  )
  const titles = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\btest\(\s*['"`]([\w/-]+):/g)])
  return new Set(titles.map(([, name = '']) => name))
}

test('the list is whole: 255 tests, of which 83 and 131 are about more than PHP itself', () => {
  assert.deepEqual([all.length, replayed.length, secondary.length], [255, 83, 131])
})

test('each of the 83 has a test under its name', () => {
  const present = tested()
  assert.deepEqual(
    replayed.filter((name) => !present.has(name)),
    [],
  )
})

test('of the 131 others, all but those with a reason have a test under their name', () => {
  const present = tested()
  const missing = secondary.filter((name) => !present.has(name))
  assert.deepEqual(missing, Object.keys(without))
  assert.ok(secondary.length - missing.length >= 120)
})
