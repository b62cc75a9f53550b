import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { differences, write } from '../../scripts/lib/generated.ts'
import { optionPage } from '../../scripts/reference.ts'
import { tree } from './tree.ts'

test('generated files that are missing, outdated or left over are told apart', (t) => {
  const root = tree(t, { 'api/old.d.ts': '', 'api/a.d.ts': 'one\ntwo\n' })
  const wanted = new Map([
    ['api/a.d.ts', 'one\n2\n'],
    ['api/b.d.ts', ''],
  ])
  assert.deepEqual(differences('api', wanted, root), [
    'api/old.d.ts: nothing in the sources stands behind it',
    'api/a.d.ts:2: differs\n- two\n+ 2',
    'api/b.d.ts: is missing',
  ])
})

test('writing makes a folder hold the wanted files and no others', (t) => {
  const root = tree(t, { 'api/old.d.ts': '' })
  const wanted = new Map([['api/a.d.ts', 'one\n']])
  write('api', wanted, root)
  assert.deepEqual(readdirSync(join(root, 'api')), ['a.d.ts'])
  assert.equal(readFileSync(join(root, 'api/a.d.ts'), 'utf8'), 'one\n')
  assert.deepEqual(differences('api', wanted, root), [])
})

test('the page of options takes type, default and meaning from the source', (t) => {
  const root = tree(t, {
    'index.ts': `
/** How it boils; see {@link boil}. */
export interface BoilOptions {
  /** Degrees (default 100). */
  readonly heat?: number
  /** A kind. */
  readonly kind: 'tea' | 'coffee'
  /** The lid. */
  readonly lid?: {
    /** Whether it is on (default: \`true\`). */
    readonly on?: boolean
  }
}`,
  })
  assert.equal(
    optionPage([{ specifier: 'sekisho/boil', source: 'index.ts' }], root),
    `<!-- Made by \`npm run generate\` from the sources. Edit those. -->

# Options

## BoilOptions

From \`sekisho/boil\`.

How it boils; see \`boil\`.

| Option | Type | Default | Meaning |
| --- | --- | --- | --- |
| \`heat\` | \`number\` | 100 | Degrees. |
| \`kind\` | \`'tea' \\| 'coffee'\` | required | A kind. |
| \`lid\` | \`object\` | – | The lid. |
| \`lid.on\` | \`boolean\` | \`true\` | Whether it is on. |
`,
  )
})
