import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { ensurePackages } from '../../scripts/lib/debian.ts'
import { repo } from '../../scripts/lib/repo.ts'
import { needServers } from '../../scripts/services/needed.ts'
import { tree } from '../gates/tree.ts'

/** Runs a few lines in a process of its own. @returns What it printed. */
function run(lines: string, env: Readonly<Record<string, string>>): string {
  const options = ['--conditions=source', '--input-type=module', '--eval', lines]
  const program = spawnSync(process.execPath, options, { cwd: repo, env, encoding: 'utf8', timeout: 30_000 })
  assert.equal(program.status, 0, program.stderr)
  return program.stdout
}

describe('the servers are started', () => {
  test('for a test file that imports services.ts, itself or through others', (t) => {
    const root = tree(t, {
      'test/services.ts': '',
      'test/helper.ts': "import { redisUrl } from './services.ts'\n",
      'src/far.test.ts': "import {\n  helper,\n} from '../test/helper.ts'\n",
      'src/near.test.ts': "export { redisUrl } from '../test/services.ts'\n",
      'src/none.test.ts': "import { test } from 'node:test'\nimport './near-services.ts'\n",
    })
    assert.equal(needServers(['src/far.test.ts'], root), true)
    assert.equal(needServers(['src/near.test.ts'], root), true)
    assert.equal(needServers(['src/none.test.ts'], root), false)
    assert.equal(needServers(['src/none.test.ts', 'src/far.test.ts'], root), true)
  })
})

describe('a server that is missing is a failure that names the command that mends it', () => {
  test('when the variable of a shared one is not set', () => {
    const lines = `
      import { mariadbUrl } from './packages/sekisho/test/services.ts'
      try { mariadbUrl() } catch (error) { console.log(error.message) }`
    assert.match(run(lines, {}), /SEKISHO_TEST_MARIADB[^]*npm test -- [^]*node scripts\/run\.mjs scripts\/services\.ts/)
  })

  test('when its program is nowhere', () => {
    const lines = `
      import { startRedis } from './scripts/services.ts'
      await startRedis().catch((error) => console.log(error.message))`
    const said = run(lines, { PATH: '/nonexistent' })
    assert.equal(said, 'the program `redis-server` is missing: sudo apt-get install redis-server\n')
  })

  test('when its package is missing and we may not install it', () => {
    const lines = `
      import { ensurePackages } from './scripts/lib/debian.ts'
      if (process.getuid() === 0) process.setuid(65534)
      const missing = ['one', 'two'].map((name) => ({ name, isPresent: () => false }))
      try { ensurePackages(missing, { name: 'the store tests', elsewhere: 'elsewhere, beg' }) }
      catch (error) { console.log(error.message) }`
    assert.equal(
      run(lines, {}),
      "the store tests need Debian's one and two: sudo apt-get install one two\n(elsewhere, beg)\n",
    )
  })

  test('and one that is present is not looked for in a package', () => {
    ensurePackages([{ name: 'no-such-package', isPresent: () => true }], { name: 'the tests' })
  })
})
