import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { checkRepository } from '../../scripts/check-repo.ts'
import { tree } from './tree.ts'

const good = {
  'README.md': '# A\n',
  'README.ja.md': '# あ\n',
  LICENSE: 'MIT',
  'package.json': '{}',
  'package-lock.json': '{"packages":{}}',
}

function problemsIn(t: TestContext, files: Readonly<Record<string, string>>): string[] {
  const all = { ...good, ...files }
  return checkRepository(tree(t, all), Object.keys(all))
}

test('a repository with two equal READMEs and no traces of a machine is fine', (t) => {
  const block = '## X\n\n```sh\nnpm test # not a heading\n# nor this\n```\n'
  assert.deepEqual(problemsIn(t, { 'README.md': `# A\n${block}`, 'README.ja.md': `# あ\n${block}` }), [])
})

test('a path of one machine is found with its line', (t) => {
  const path = ['', 'home', 'me', 'x'].join('/')
  assert.deepEqual(problemsIn(t, { 'a.md': `one\nsee ${path}` }), [`a.md:2: a path of one machine: see ${path}`])
})

test('an address that merely looks like such a path is none', (t) => {
  const address = ['https://example.com', 'home', 'page'].join('/')
  assert.deepEqual(problemsIn(t, { 'a.md': address }), [])
})

test('the host of a registry is found', (t) => {
  const host = ['https://registry', 'npmjs', 'org/x'].join('.')
  assert.deepEqual(problemsIn(t, { 'lock.json': host }), [`lock.json:1: the host of a registry: ${host}`])
})

test('READMEs that differ in headings or code are found', (t) => {
  assert.deepEqual(problemsIn(t, { 'README.ja.md': '# あ\n## い\n' }), [
    'README.ja.md: has 2 headings, and README.md has 1',
  ])
  const [english, japanese] = ['```sh\nnpm ci\n```', '```sh\nnpm i\n```']
  assert.deepEqual(problemsIn(t, { 'README.md': `# A\n${english}\n`, 'README.ja.md': `# あ\n${japanese}\n` }), [
    `README.ja.md: code block 1 is not that of README.md:\n- ${english}\n+ ${japanese}`,
  ])
})

test('a missing README is found', (t) => {
  const { 'README.ja.md': _, ...rest } = good
  assert.deepEqual(checkRepository(tree(t, rest), []), ['README.ja.md: is missing'])
})

test('a lock file that lacks packages for other platforms is found', (t) => {
  const tool = { optionalDependencies: { 'tool-linux': '1', 'tool-darwin': '1' } }
  const lock = { packages: { '': {}, 'node_modules/tool': tool, 'node_modules/tool-linux': {} } }
  assert.deepEqual(problemsIn(t, { 'package-lock.json': JSON.stringify(lock) }), [
    'package-lock.json: node_modules/tool lacks 1 optional packages, such as tool-darwin; choose an older version of it',
  ])
})
