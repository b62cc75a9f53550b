import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { checkDocs } from '../../scripts/check-docs.ts'
import { tree } from './tree.ts'

function problemsIn(t: TestContext, files: Readonly<Record<string, string>>): string[] {
  return checkDocs([{ specifier: 'sekisho', source: 'index.ts' }], tree(t, files))
}

test('documented symbols and members are fine, and so is what implements them', (t) => {
  const problems = problemsIn(t, {
    'index.ts': `
/** A box. */
export interface Box {
  /** @returns What is in it. */
  open(): string
}
/** A box of wood. */
export class Wood implements Box {
  #inside = ''
  private secret = 1
  open(): string { return this.#inside + this.secret }
}
/** One. */
export const one = 1
/** Shuts. */
export function shut(box: Box): void
export function shut(box: string): void
export function shut(_: unknown): void {}
const hidden = 1
void hidden`,
  })
  assert.deepEqual(problems, [])
})

test('a symbol without a comment is found with its file and line', (t) => {
  const problems = problemsIn(t, {
    'index.ts': "export * from './more.ts'\nexport type A = 1",
    'more.ts': '\nexport function more(): void {}\nexport const x = 1, y = 2',
  })
  assert.deepEqual(problems, [
    'index.ts:2: A has no TSDoc',
    'more.ts:2: more has no TSDoc',
    'more.ts:3: x has no TSDoc',
    'more.ts:3: y has no TSDoc',
  ])
})

test('members of interfaces and classes need comments, private ones do not', (t) => {
  const problems = problemsIn(t, {
    'index.ts': `/** I. */
export interface I {
  a: string
  /** B. */
  b(): void
  (): void
}
/** C. */
export class C {
  constructor() { void this.#p }
  static s = 1
  #p = 1
}`,
  })
  assert.deepEqual(problems, [
    'index.ts:3: I.a has no TSDoc',
    'index.ts:6: I.(call) has no TSDoc',
    'index.ts:10: C.constructor has no TSDoc',
    'index.ts:11: C.s has no TSDoc',
  ])
})

test('what a public type mentions is public, though no entry exports it', (t) => {
  const problems = problemsIn(t, {
    'index.ts': "import type { Hidden } from './hidden.ts'\n/** F. */\nexport function f(): Hidden[] { return [] }",
    'hidden.ts': 'export interface Hidden {\n  a: 1\n}\nexport interface Unused {}',
  })
  assert.deepEqual(problems, ['hidden.ts:1: Hidden has no TSDoc', 'hidden.ts:2: Hidden.a has no TSDoc'])
})

test('an entry whose source is missing is found', (t) => {
  assert.deepEqual(problemsIn(t, {}), ['index.ts: does not exist, but the package exports it as `sekisho`'])
})
