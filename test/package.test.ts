import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { entriesOf, repo } from '../scripts/lib/repo.ts'
import { stage } from '../scripts/lib/stage.ts'

const specifiers = entriesOf('packages/sekisho').map(({ specifier }) => specifier)
const folder = mkdtempSync(join(tmpdir(), 'sekisho-package-'))
const project = join(folder, 'project')

before(async () => {
  assert.deepEqual(await stage('packages/sekisho', join(folder, 'staged')), [])
  const packed = npm(['pack', '--pack-destination', folder], join(folder, 'staged')).trim().split('\n').at(-1) ?? ''
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "user", "private": true, "type": "module" }')
  npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, packed)], project)
})

after(() => rmSync(folder, { recursive: true, force: true }))

test('every subpath of the published package loads on the Node that runs npm', () => {
  assertLoads(process.env['npm_node_execpath'] ?? 'node')
})

test('every subpath of the published package loads on the newest supported Node', () => {
  assertLoads(process.execPath)
})

test('the published declarations stand on their own', () => {
  const options = { module: 'nodenext', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['user.ts'] }))
  writeFileSync(
    join(project, 'user.ts'),
    specifiers.map((name, index) => `export * as s${index} from '${name}'`).join('\n'),
  )
  for (const name of ['@types', 'undici-types'])
    symlinkSync(join(repo, 'node_modules', name), join(project, 'node_modules', name))
  run(process.execPath, [join(repo, 'node_modules/typescript/bin/tsc'), '-p', project], project)
})

function assertLoads(node: string): void {
  const program = `
    const loaded = []
    for (const name of ${JSON.stringify(specifiers)}) if ((await import(name)) !== undefined) loaded.push(name)
    console.log(loaded.join(' '))`
  assert.equal(run(node, ['--input-type=module', '--eval', program], project).trim(), specifiers.join(' '))
}

/** The npm that runs these tests, on the Node that it runs on. */
function npm(args: readonly string[], cwd: string): string {
  const [node, script] = [process.env['npm_node_execpath'], process.env['npm_execpath']]
  if (node === undefined || script === undefined) return run('npm', args, cwd)
  return run(node, [script, ...args], cwd)
}

/** Runs a program without what npm and the test runner put into the environment; what it prints goes into the failure. */
function run(program: string, args: readonly string[], cwd: string): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_)/.test(name)))
  try {
    return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')} failed\n${stdout}${stderr}`, { cause: error })
  }
}
