import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { realServer } from '../../test/apache.ts'
import { leniencyOf } from '../check/as-apache/leniency.ts'
import { sampleBlocks, sampleLines } from '../../test/sample-lines.ts'
import { loadConfig } from './load-node.ts'
import { findDirective, findForeign, modules } from './modules.ts'

const long = process.env['SEKISHO_LONG'] === '1'
const server = realServer()
after(() => server[Symbol.dispose]())

const surroundings: readonly (readonly [string, string])[] = [
  ['', ''],
  ['<VirtualHost *:80>\n', '</VirtualHost>\n'],
  ['<Location /l>\n', '</Location>\n'],
  ['<Directory /d>\n', '</Directory>\n'],
  ['<Files f>\n', '</Files>\n'],
  ['<If "true">\n', '</If>\n'],
]

/**
 * Where the real server looks at the machine, or at what belongs to others: users, directories, addresses, log formats. And
 * `<IfVersion>`, alone among sections, does not forgive what follows its bracket.
 */
const looser =
  /^(?:User|Group|DocumentRoot|Listen|LogFormat|CustomLog|ErrorLog|LogLevel|ServerSignature|ServerTokens|Options)\b|^<IfVersion [^\n]*>./im

function ours(config: string): ReturnType<typeof loadConfig> {
  const file = join(server.root, 'conf', 'ours.conf')
  writeFileSync(file, config)
  return loadConfig(file, { serverRoot: server.root, environment: {}, asApache: true })
}

function excused(config: string): boolean {
  const errors = ours(config).diagnostics.filter(({ severity }) => severity === 'error')
  const lines = config.split('\n')
  return errors.every(({ code, line }) => leniencyOf(code, lines[line - 1] ?? '') !== undefined)
}

function disagreement(config: string): string | undefined {
  const loaded = ours(config)
  const verdict = server.test(config)
  const named = verdict.accepted ? excused(config) : looser.test(config)
  if (loaded.usable === verdict.accepted || named) return undefined
  const said = loaded.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  return `${JSON.stringify(config)}\n  real server: ${verdict.output}\n  ours: ${said.join('; ') || 'accepted'}`
}

/** Those of some configurations that the real server refuses, found by halving. */
function culprits(configs: readonly string[]): string[] {
  const lines = configs.map((config) => config.replace(/\n?$/, '\n'))
  if (configs.length === 0 || server.test(lines.join('')).accepted) return []
  if (configs.length === 1) return [...configs]
  const middle = configs.length >> 1
  return [...culprits(configs.slice(0, middle)), ...culprits(configs.slice(middle))]
}

/** All configurations that both could be given: the blocks, and each line in each surrounding. */
const configurations = [
  ...sampleBlocks,
  ...surroundings.flatMap(([open, close]) => sampleLines.map((line) => `${open}${line}\n${close}`)),
]

const marks = ['"', "'", '\\', ' ', '\n', '#', '<', '>', '/', '${X}', 'On', '1', '=', '%', '\\\n', '\t', '~', '!', 'x']

/** Configurations with one mistake, or none: a few characters of a sample are replaced. */
function mutants(count: number): string[] {
  let seed = 20_261_122
  const random = (limit: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return (seed >>> 8) % limit
  }
  return Array.from({ length: count }, () => {
    const text = configurations[random(configurations.length)] ?? ''
    const at = random(text.length + 1)
    return text.slice(0, at) + (marks[random(marks.length)] ?? '') + text.slice(at + random(3))
  })
}

describe('the real server', () => {
  it('has each directive of the tables in the same contexts', () => {
    const listing = server.directives()
    const found = [...listing.matchAll(/^(\w+) \((\S+)\)\n((?:\t.*\n)+)/gm)]
    assert.ok(found.length > 600, listing.slice(0, 300))
    for (const [, name = '', , text = ''] of found) {
      const own = findDirective(name)
      assert.ok(own !== undefined || findForeign(name) !== undefined, `${name} is unknown here`)
      if (own === undefined) continue
      const allowed = text.slice(text.indexOf('\tAllowed in')).replaceAll(/\s+/g, ' ')
      const { contexts } = own.directive
      assert.equal(
        contexts.server || contexts.vhost,
        /anywhere|only outside/.test(allowed),
        `${name} outside of sections`,
      )
      assert.equal(contexts.section, /anywhere|only inside/.test(allowed), `${name} in sections`)
      const htaccess = allowed.includes('.htaccess') ? (/includes (\w+)/.exec(allowed)?.[1] ?? 'any') : undefined
      assert.equal(contexts.htaccess, htaccess, `${name} in .htaccess`)
    }
    const names = new Set(found.map(([, name = '']) => name.toLowerCase()))
    const missing = modules
      .flatMap(({ directives }) => directives)
      .filter(({ origin, name }) => (origin === 'apache') !== names.has(name.toLowerCase()))
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    )
  })

  it('accepts, all at once, what is accepted here', () => {
    const good = configurations.filter(
      (config) => ours(config).usable && !/^(?:Listen|LoadModule|Include|Define|UnDefine|Error)/m.test(config),
    )
    assert.ok(good.length > 500, String(good.length))
    assert.deepEqual(culprits(good).map(disagreement), [])
  })

  it('refuses what is refused here, but for the named exceptions', () => {
    const bad = configurations.filter((config) => !ours(config).usable)
    const chosen = bad.filter((_, index) => long || index % Math.ceil(bad.length / 60) === 0)
    assert.ok(chosen.length >= 40, String(chosen.length))
    assert.deepEqual(
      chosen.map(disagreement).filter((text) => text !== undefined),
      [],
    )
  })

  it('agrees on configurations that were damaged at random, but for the named exceptions', () => {
    const count = long ? 2000 : 60
    assert.deepEqual(
      mutants(count)
        .map(disagreement)
        .filter((text) => text !== undefined),
      [],
    )
  })

  it('accepts what the exceptions name', () => {
    for (const config of ['ServerName a/x\n', 'SSLEngine on\n', 'SessionCryptoCipher aes256\n']) {
      assert.equal(ours(config).usable, false, config)
      assert.equal(server.test(config).accepted, true, config)
    }
  })
})
