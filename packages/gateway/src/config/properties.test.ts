import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { load, requestTo } from '../../test/configs.ts'
import { operations } from '../../test/operations.ts'
import { sampleBlocks, sampleLines } from '../../test/sample-lines.ts'
import { formatDiagnostic } from './diagnostics.ts'
import { parseCondition } from './expression/parser.ts'
import { holds } from './expression/evaluate.ts'
import { type LoadedConfig, loadConfig } from './load-node.ts'
import { memoryFiles } from './files-node.ts'
import { SiteMatcher } from './match.ts'
import { compileRegex } from './regex.ts'
import { wildcard } from '../lib/wildcard.ts'

const long = process.env['SEKISHO_LONG'] === '1'
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../test/snippets/data')
const snippets = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
const corpus = [...snippets, ...sampleBlocks, ...sampleLines.map((line) => `${line}\n`)]

/** Every finding stands at a place that the text has, and can be shown. */
function checkPlaces({ diagnostics, sources }: LoadedConfig): void {
  for (const found of diagnostics) {
    const source = sources.get(found.file)
    assert.ok(source !== undefined, found.file)
    const lines = source.text.split('\n').length
    assert.ok(found.line >= 1 && found.line <= lines, `${found.line} of ${lines}`)
    assert.ok(found.column >= 1 && found.column <= source.lineText(found.line).length + 1, JSON.stringify(found))
    assert.ok(formatDiagnostic(found, source).includes(found.message))
  }
}

/** What a configuration is read into can be asked about requests, however broken it was. */
function checkAnswers(loaded: LoadedConfig): void {
  const matcher = new SiteMatcher(loaded.site)
  assert.ok(matcher.match(requestTo('/a/b', { file: '/www/a/b' })).layers.length > 0)
}

function checkText(text: string): void {
  const loaded = load(text)
  checkPlaces(loaded)
  checkAnswers(loaded)
}

/** Pieces that mean something, so that arbitrary texts get past the first word. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...corpus) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '<',
      '</',
      '>',
      '"',
      "'",
      '\\',
      '\\\n',
      '\n',
      ' ',
      '\t',
      '#',
      '${',
      '}',
      '%{',
      '(',
      ')',
      '~',
      '!',
      '\r\n',
      '\0',
      '\ufeff',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)

interface Mutation {
  readonly text: string
  readonly at: number
  readonly cut: number
  readonly put: string
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  text: fc.constantFrom(...corpus),
  at: fc.nat(400),
  cut: fc.nat(12),
  put: piece,
})

function mutated({ text, at, cut, put }: Mutation): string {
  const start = at % (text.length + 1)
  return text.slice(0, start) + put + text.slice(start + cut)
}

describe('any text', () => {
  it('is read without an exception, and every finding is at a place that it has', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => checkText(pieces.join(''))),
      { numRuns: long ? 50_000 : 1000 },
    )
  })

  it('that is nearly a configuration is read without an exception', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) =>
        checkText(mutations.map(mutated).join('\n')),
      ),
      {
        numRuns: long ? 50_000 : 1000,
      },
    )
  })

  it('is a condition or none, and a condition has an answer', () => {
    const part = fc.constantFrom(
      '%{REQUEST_URI}',
      '%{HTTP:x}',
      "'a'",
      '"b$1"',
      '==',
      '=~',
      '/x/i',
      'm#(y)#',
      '&&',
      '||',
      '!',
      '(',
      ')',
      'in',
      '{',
      '}',
      ',',
      '-n',
      '-eq',
      '5',
      'tolower(',
      '.',
      'true',
      '-ipmatch',
      '-fnmatch',
      '%{',
      '\\',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: part }, fc.string()), { maxLength: 20 }), (parts) => {
        const parsed = parseCondition(parts.join(' '))
        if ('node' in parsed) assert.equal(typeof holds(parsed.node, requestTo('/x')), 'boolean')
        else assert.ok(parsed.at >= 0 && parsed.at <= parts.join(' ').length)
      }),
      { numRuns: long ? 100_000 : 3000 },
    )
  })

  it('is an expression or a reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        assert.ok(compileRegex(text) instanceof RegExp || typeof compileRegex(text) === 'string'),
      ),
      {
        numRuns: long ? 50_000 : 2000,
      },
    )
  })
})

describe('the work', () => {
  const growing: readonly (readonly [string, (count: number) => string])[] = [
    ['unknown names', (count) => Array.from({ length: count }, (_, index) => `Frobnicate${index} on`).join('\n')],
    ['the same directive', (count) => 'SessionMaxAge 10\n'.repeat(count)],
    [
      'a list, line by line, and sections that add to it',
      (count) =>
        `${'SessionInclude /a\n'.repeat(count)}${'<Location /a>\nSessionInclude /b\n</Location>\n'.repeat(count)}`,
    ],
    [
      'virtual hosts and sections',
      (count) =>
        `${'<VirtualHost *:80>\n</VirtualHost>\n'.repeat(count)}${'<Location /a>\n</Location>\n'.repeat(count)}`,
    ],
    ['open sections', (count) => '<Location /a>\n'.repeat(count)],
    ['skipped sections', (count) => `<IfModule nope>\n${'<Location /a>\n'.repeat(count)}`],
    ['closing tags', (count) => '</Location>\n'.repeat(count)],
    ['one long word', (count) => `SessionInclude ${'a'.repeat(count * 10)}`],
    ['many words', (count) => `SessionCryptoPassphrase ${'a '.repeat(count * 5)}`],
    ['an unclosed quote in every line', (count) => 'SessionInclude "a b\n'.repeat(count)],
    ['continued lines', (count) => `SessionInclude ${'a\\\n'.repeat(count)}`],
    ['variables in one line', (count) => `Define V abc\nSessionCryptoPassphrase ${'${V} '.repeat(count)}`],
    ['unknown variables in one line', (count) => `SessionCryptoPassphrase ${'${N} '.repeat(count)}`],
    ['unclosed variables', (count) => `SessionInclude ${'${'.repeat(count)}`],
    ['variables in continued lines', (count) => `Define V abc\nSessionCryptoPassphrase ${'${V} \\\n'.repeat(count)}`],
    ['conditions', (count) => `<If "true ${"&& 'a' == 'b' ".repeat(count)}">\n</If>`],
    ['nested parentheses', (count) => `<If "${'('.repeat(count)}true${')'.repeat(count)}">\n</If>`],
    ['nested variables', (count) => `<If "${'%{tolower:'.repeat(count)}">\n</If>`],
    ['nested requirements', (count) => `<Location />\n${'<RequireAll>\n'.repeat(count)}`],
    [
      'passphrases line by line',
      (count) => `Session On\n${'SessionCryptoPassphrase 0123456789abcdef\n'.repeat(Math.min(count, 200))}`,
    ],
  ]

  it('grows no faster than the text, by count of operations', () => {
    for (const [name, make] of growing) {
      load(make(50))
      const [small, large] = [400, 1600].map((count) => operations(() => void load(make(count))))
      assert.ok(small !== undefined && large !== undefined && large > 0, name)
      assert.ok(
        large <= small * 4 * 1.25 + 20_000,
        `${name}: ${small} operations became ${large} when the text became four times as long`,
      )
    }
  })

  it('of a file included twice by each of a row of files stays bounded', () => {
    const files = Object.fromEntries(
      Array.from({ length: 19 }, (_, index) => [`/etc/${index}`, `Include ${index + 1}\nInclude ${index + 1}\n`]),
    )
    const loaded = loadConfig('/etc/0', { files: memoryFiles({ ...files, '/etc/19': 'Session On' }), environment: {} })
    assert.ok(loaded.diagnostics.some(({ code }) => code === 'too-large'))
  })

  it('of a pattern with many stars is the product of both lengths at most', () => {
    const matches = wildcard('*a'.repeat(40), true)
    const count = operations(() => assert.equal(matches('a'.repeat(39)), false))
    assert.ok(count < 40 * 2 * 40 * 20, String(count))
  })
})

describe('a long file of arbitrary lines', () => {
  it('is read to its end', () => {
    const lines = long ? 1_000_000 : 20_000
    let seed = 20_261_122
    const random = (limit: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return seed % limit
    }
    let read = 0
    for (; read < lines; read += 2000) {
      const batch = Array.from({ length: 2000 }, () =>
        mutated({
          text: corpus[random(corpus.length)] ?? '',
          at: random(400),
          cut: random(12),
          put: corpus[random(corpus.length)]?.slice(0, random(8)) ?? '',
        }),
      )
      checkText(batch.join('\n'))
    }
    assert.equal(read, lines)
  })
})
