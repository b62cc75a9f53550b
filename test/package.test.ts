import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { entriesOf, repo } from '../scripts/lib/repo.ts'
import { library } from '../scripts/lib/stage.ts'
import { nodes, npm, packed, run } from './packed.ts'

const specifiers = entriesOf('packages/sekisho').map(({ specifier }) => specifier)
const folder = mkdtempSync(join(tmpdir(), 'sekisho-package-'))
const project = join(folder, 'project')

before(async () => {
  const tarball = await packed(library, folder)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "user", "private": true, "type": "module" }')
  npm(['install', '--offline', '--no-audit', '--no-fund', tarball], project)
})

after(() => rmSync(folder, { recursive: true, force: true }))

for (const [title, node] of nodes) {
  test(`every subpath of the published package loads on ${title}`, () => {
    const program = `
      const loaded = []
      for (const name of ${JSON.stringify(specifiers)}) if ((await import(name)) !== undefined) loaded.push(name)
      console.log(loaded.join(' '))`
    assert.equal(run(node, ['--input-type=module', '--eval', program], { cwd: project }).trim(), specifiers.join(' '))
  })
}

test('the published declarations stand on their own', () => {
  const options = { module: 'nodenext', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['user.ts'] }))
  writeFileSync(
    join(project, 'user.ts'),
    specifiers.map((name, index) => `export * as s${index} from '${name}'`).join('\n'),
  )
  for (const name of ['@types', 'undici-types'])
    symlinkSync(join(repo, 'node_modules', name), join(project, 'node_modules', name))
  run(process.execPath, [join(repo, 'node_modules/typescript/bin/tsc'), '-p', project], { cwd: project })
})
