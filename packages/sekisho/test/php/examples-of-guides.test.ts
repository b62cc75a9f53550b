import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { repo } from '../../../../scripts/lib/repo.ts'

test('the examples about formats give what they say', () => assertExamples('docs/guide/php/formats.md', 3))
test('the examples about links give what they say', () => assertExamples('docs/guide/php/trans-sid.md', 1))

/** What is behind `//` in an example is what the call before it gives; `…` stands for the rest of it. */
function assertExamples(guide: string, least: number): void {
  const text = readFileSync(join(repo, guide), 'utf8')
  const expected: string[] = []
  const programs = Array.from(text.matchAll(/```ts\n([\s\S]*?)```/g), ([, program = '']) =>
    program.replaceAll(/^([a-z].*\)) \/\/ (.*)$/gm, (_line, call: string, result: string) => {
      expected.push(result)
      return `globalThis.show(${call})`
    }),
  )
  const shown = programs.flatMap(run)
  assert.ok(expected.length >= least, `${expected.length} results`)
  assert.equal(shown.length, expected.length)
  for (const [index, result] of expected.entries()) {
    const [beginning = '', rest] = result.split('…')
    const found = shown[index] ?? ''
    assert.equal(rest === undefined ? found : found.slice(0, beginning.length), beginning)
  }
}

/** @returns What the program shows, a line for each result. */
function run(program: string): string[] {
  const show = `globalThis.show = (value) => console.log(value instanceof Uint8Array ? Buffer.from(value).toString() : String(value));`
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module-typescript', '--eval', `${show}\n${program}`],
    { cwd: join(repo, 'packages/sekisho'), encoding: 'utf8' },
  )
  assert.equal(status, 0, stderr)
  return stdout.split('\n').slice(0, -1)
}
