/** Every command with a command line that cannot be understood. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runHere } from '../operate/run-here.ts'
import { everyCommand } from './every-command.ts'
import { typeAt } from './pty.ts'

/** What is written behind the command, and what is said about it. */
const mistakes: Readonly<Record<string, readonly [words: string, message: string]>> = {
  serve: ['site.conf --workers none', 'a whole number of at least 1'],
  check: ['--as-apach site.conf', "unknown option '--as-apach'"],
  doctor: ['site.conf --patience long', 'a whole number of seconds from 1 to 999'],
  reload: ['one.conf two.conf', 'too many arguments'],
  modules: ['one.conf two.conf', 'too many arguments'],
  enable: ['', "missing required argument 'modules'"],
  disable: ['', "missing required argument 'modules'"],
  service: ['site.conf --user a:b', 'the name of an account'],
  log: ['--level loud', 'Allowed choices are emerg, '],
  explain: ['--frobnicate', "unknown option '--frobnicate'"],
  'sessions list': ['site.conf --limit 0', 'a whole number of at least 1'],
  'sessions show': ['site.conf', "missing required argument 'handle'"],
  'sessions revoke': ['site.conf', "missing required argument 'handle'"],
  'sessions revoke-all': ['', "missing required argument 'file'"],
  gc: ['site.conf --limit many', 'a whole number of at least 1'],
  copy: ['site.conf', "missing required argument 'to'"],
  top: ['--interval -1', 'a whole number of at least 1'],
  keygen: ['one two', 'too many arguments'],
  'keys list': ['one two', 'too many arguments'],
  'keys rotate': ['--after soon', 'a whole number of seconds'],
  htpasswd: ['users alice --cost 40', 'a whole number from 10 to 16'],
  decode: ['--cipher rot13', 'Allowed choices are aes128, '],
  convert: ['site.conf --from nginx', 'Allowed choices are apache, php, express-session'],
  completion: ['tcsh', 'Allowed choices are bash, zsh, fish'],
}

function lineOf(name: string, words: string): string[] {
  return `${name} ${words}`.trim().split(' ')
}

describe('a command line that cannot be understood', () => {
  it('is known here for every command', () => {
    assert.deepEqual(Object.keys(mistakes), everyCommand())
  })

  it('ends with 2, and is told as every error is', async () => {
    for (const [name, [words, message]] of Object.entries(mistakes)) {
      const { screen, code } = await typeAt(lineOf(name, words), [], { columns: 200 })
      assert.ok(screen.startsWith('error: ') && screen.includes(message), screen)
      assert.match(screen, /\n {2}code: usage-[a-z-]+\n {2}why: {2}.*\n {2}fix: {2}(?:add --help|write --as-apache)/)
      assert.equal(code, 2, name)
    }
  })

  it('is one JSON document where that was asked for, and nothing beside it', async () => {
    for (const [name, [words]] of Object.entries(mistakes)) {
      const { stdout, stderr, code } = await runHere([...lineOf(name, words), '--json'])
      const { error } = JSON.parse(stdout) as { error: Record<string, string> }
      assert.deepEqual(Object.keys(error), ['code', 'what', 'why', 'fix'], name)
      assert.match(error['code'] ?? '', /^usage-[a-z-]+$/)
      assert.deepEqual([stderr, code], ['', 2])
    }
  })
})

describe('an option that is not known', () => {
  it('is repeated without what stands behind it, which may be a secret', async () => {
    const words = ['htpasswd', 'users', 'alice', '--password=hunter22']
    const { screen, code } = await typeAt(words)
    assert.match(screen, /^error: unknown option '--password=…'\n {2}code: usage-unknown-option\n/)
    assert.ok(!screen.includes('hunter22'))
    assert.equal(code, 2)
    assert.equal(JSON.parse((await runHere([...words, '--json'])).stdout).error.what, "unknown option '--password=…'")
  })
})

describe('an error that is no mistake of the command line', () => {
  it('has the same form in JSON, whatever it is about', async () => {
    for (const words of [
      ['check', '/nowhere/site.conf'],
      ['sessions', 'list', '/nowhere/site.conf'],
      ['enable', 'sesion', '--config', '/nowhere/site.conf'],
      ['keys', 'list', '/nowhere/keys'],
      ['decode', '/nowhere/cookie'],
      ['explain', 'make', 'coffee'],
    ]) {
      const { stdout, code } = await runHere([...words, '--json'])
      const { error } = JSON.parse(stdout) as { error: Record<string, string> }
      assert.deepEqual([Object.keys(error), code], [['code', 'what', 'why', 'fix'], 1], words.join(' '))
    }
  })
})
