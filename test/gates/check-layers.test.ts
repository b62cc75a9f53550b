import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { checkLayers } from '../../scripts/check-layers.ts'
import { manifest, tree } from './tree.ts'

const source = 'packages/sekisho/src'

function problemsIn(t: TestContext, files: Readonly<Record<string, string>>): string[] {
  const exports = manifest({ '.': './src/index.ts', './store': './src/store/contract.ts' })
  return checkLayers(tree(t, { 'packages/sekisho/package.json': exports, ...files }))
}

test('imports that point one way are fine', (t) => {
  const problems = problemsIn(t, {
    [`${source}/errors.ts`]: 'export const table = 1',
    [`${source}/lib/bytes.ts`]: "import { table } from '../errors.ts'\nexport const bytes = table",
    [`${source}/store/contract.ts`]: "import { bytes } from '../lib/bytes.ts'\nexport type Store = typeof bytes",
    [`${source}/session/open.ts`]: "import type { Store } from '../store/contract.ts'\nexport type Open = Store",
    [`${source}/adapter/node.ts`]:
      "import { type Open } from '../session/open.ts'\nimport 'node:http'\nexport type A = Open",
    [`${source}/index.ts`]: "export type * from './session/open.ts'\nexport type { A } from './adapter/node.ts'",
    [`${source}/php/ini.ts`]: "export type { Store } from '../store/contract.ts'",
    'examples/shop/src/main.ts': "import 'sekisho'\nimport type { Store } from 'sekisho/store'\nimport 'node:http'",
  })
  assert.deepEqual(problems, [])
})

test('an import against the order is found with its line, also when it is only a type', (t) => {
  const problems = problemsIn(t, {
    [`${source}/lib/bytes.ts`]: "\n\nimport type { Session } from '../session/open.ts'\nexport type B = Session",
    [`${source}/session/open.ts`]: 'export type Session = 1',
  })
  assert.deepEqual(problems, [`${source}/lib/bytes.ts:3: lib must not import session (../session/open.ts)`])
})

test('neighbours of the middle layer do not know one another', (t) => {
  const problems = problemsIn(t, {
    [`${source}/store/memory.ts`]: "export { json } from '../codec/json.ts'",
    [`${source}/codec/json.ts`]: 'export const json = 1',
  })
  assert.deepEqual(problems, [`${source}/store/memory.ts:1: store must not import codec (../codec/json.ts)`])
})

test('an adapter never knows a store', (t) => {
  const problems = problemsIn(t, {
    [`${source}/adapter/fetch.ts`]: "export const load = () => import('../store/memory.ts')",
    [`${source}/store/memory.ts`]: 'export const memory = 1',
  })
  assert.deepEqual(problems, [`${source}/adapter/fetch.ts:1: adapter must not import store (../store/memory.ts)`])
})

test('guards and adapters do not know one another', (t) => {
  const problems = problemsIn(t, {
    [`${source}/adapter/fetch.ts`]: "export { guard } from '../guard/csrf.ts'",
    [`${source}/adapter/node.ts`]: 'export const node = 1',
    [`${source}/guard/csrf.ts`]: "import '../crypto/random.ts'\nexport const guard = 1",
    [`${source}/guard/header.ts`]: "import '../adapter/node.ts'\nimport '../codec/json.ts'",
    [`${source}/codec/json.ts`]: 'export {}',
    [`${source}/crypto/random.ts`]: 'export {}',
  })
  assert.deepEqual(problems, [
    `${source}/adapter/fetch.ts:1: adapter must not import guard (../guard/csrf.ts)`,
    `${source}/guard/header.ts:1: guard must not import adapter (../adapter/node.ts)`,
    `${source}/guard/header.ts:2: guard must not import codec (../codec/json.ts)`,
  ])
})

test('the core never imports a wing, and a wing only public parts of the core', (t) => {
  const problems = problemsIn(t, {
    [`${source}/session/open.ts`]: "import '../php/ini.ts'",
    [`${source}/php/ini.ts`]: "import '../store/memory.ts'",
    [`${source}/store/memory.ts`]: 'export const memory = 1',
  })
  assert.deepEqual(problems, [
    `${source}/php/ini.ts:1: php stands on public parts of the core, and ../store/memory.ts is none`,
    `${source}/session/open.ts:1: session must not import php (../php/ini.ts)`,
  ])
})

test('a circle is found even within one layer and through types', (t) => {
  const problems = problemsIn(t, {
    [`${source}/lib/a.ts`]: "import { b } from './b.ts'\nexport const a = b",
    [`${source}/lib/b.ts`]: "import type { C } from './c.ts'\nexport const b: C = 1",
    [`${source}/lib/c.ts`]: "import type { a } from './a.ts'\nexport type C = typeof a",
  })
  const circle = ['a', 'b', 'c', 'a'].map((name) => `${source}/lib/${name}.ts`).join(' → ')
  assert.deepEqual(problems, [`${source}/lib/a.ts:1: imports in a circle: ${circle}`])
})

test("Node's builtins need a file name that says so", (t) => {
  const builtin = 'is a builtin of Node, and the name of this file does not say `node`'
  const problems = problemsIn(t, {
    [`${source}/store/file-node.ts`]: "import 'node:fs'",
    [`${source}/store/file.ts`]: "import type { Stats } from 'node:fs'\nexport type S = Stats",
    [`${source}/lib/bare.ts`]: "import 'crypto'",
    [`${source}/lib/late.ts`]: "export const fs = process.getBuiltinModule('node:fs')",
    [`${source}/lib/type.ts`]: "export type S = import('node:fs').Stats",
  })
  assert.deepEqual(problems, [
    `${source}/lib/bare.ts:1: crypto ${builtin}`,
    `${source}/lib/late.ts:1: node:fs ${builtin}`,
    `${source}/lib/type.ts:1: node:fs ${builtin}`,
    `${source}/store/file.ts:1: node:fs ${builtin}`,
  ])
})

test('the library has no dependency, not even a type', (t) => {
  const problems = problemsIn(t, {
    [`${source}/lib/schema.ts`]: "import type { V } from '@standard-schema/spec'\nexport type S = V",
  })
  assert.deepEqual(problems, [
    `${source}/lib/schema.ts:1: @standard-schema/spec is a dependency, and the library has none (types included)`,
  ])
})

test('an import that is computed or leads nowhere is not trusted', (t) => {
  const problems = problemsIn(t, {
    [`${source}/lib/a.ts`]: 'export const load = (name: string) => import(name)',
    [`${source}/lib/b.ts`]: "import './gone.ts'",
  })
  assert.deepEqual(problems, [
    `${source}/lib/a.ts:1: a computed import cannot be checked`,
    `${source}/lib/b.ts:1: ./gone.ts does not exist`,
  ])
})

test('test files may import anything, and nothing imports them', (t) => {
  const problems = problemsIn(t, {
    [`${source}/lib/a.test.ts`]: "import 'node:fs'\nimport 'fast-check'\nimport '../session/open.ts'",
    [`${source}/session/open.ts`]: "import '../lib/a.test.ts'",
    'packages/sekisho/test/contract.ts': "import 'node:fs'\nimport '../src/session/open.ts'",
  })
  assert.deepEqual(problems, [`${source}/session/open.ts:1: ../lib/a.test.ts is a test file`])
})

test('a file of the library belongs to a layer', (t) => {
  const problems = problemsIn(t, { [`${source}/helpers/a.ts`]: 'export {}' })
  assert.equal(problems.length, 1)
  assert.match(problems[0] ?? '', /^packages\/sekisho\/src\/helpers\/a\.ts:1: belongs to no layer/)
})

test('others use the public subpaths only', (t) => {
  const problems = problemsIn(t, {
    [`${source}/lib/a.ts`]: 'export {}',
    'packages/gateway/src/a.ts': "import '../../sekisho/src/lib/a.ts'",
    'packages/gateway/src/b.ts': "import 'sekisho/lib/a'",
    'examples/shop/src/main.ts': "import 'sekisho/src/lib/a.ts'",
  })
  assert.deepEqual(problems, [
    'examples/shop/src/main.ts:1: sekisho/src/lib/a.ts is not a public subpath of sekisho',
    'packages/gateway/src/a.ts:1: ../../sekisho/src/lib/a.ts reaches into another package: import what it exports',
    'packages/gateway/src/b.ts:1: sekisho/lib/a is not a public subpath of sekisho',
  ])
})
