import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { wildcard } from './wildcard.ts'

function matching(pattern: string, texts: readonly string[], pathname = true): string[] {
  return texts.filter(wildcard(pattern, pathname))
}

it('matches stars, question marks, classes and escapes against the whole text', () => {
  assert.deepEqual(matching('*.html', ['a.html', '.html', 'a.htm', 'a.html5']), ['a.html', '.html'])
  assert.deepEqual(matching('a?c', ['abc', 'ac', 'abbc']), ['abc'])
  assert.deepEqual(matching('[a-c]x', ['ax', 'cx', 'dx']), ['ax', 'cx'])
  assert.deepEqual(matching('[!a-c]x', ['ax', 'dx', '/x']), ['dx'])
  assert.deepEqual(matching('[]]', [']', 'a']), [']'])
  assert.deepEqual(matching('a\\*b', ['a*b', 'axb']), ['a*b'])
  assert.deepEqual(matching('[a', ['[a', 'a']), ['[a'])
})

it('lets a wildcard match a slash only when it is no path', () => {
  assert.deepEqual(matching('/w*/x', ['/wa/x', '/wa/b/x']), ['/wa/x'])
  assert.deepEqual(matching('*.example', ['a.b.example', 'a/b.example'], false), ['a.b.example', 'a/b.example'])
})

it('agrees with the regular expression that means the same', () => {
  const part = fc.constantFrom('*', '?', 'a', 'b', '/')
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 }),
      (parts, text) => {
        const meaning: Readonly<Record<string, string>> = { '*': '[^/]*', '?': '[^/]' }
        const regex = new RegExp(`^${parts.map((one) => meaning[one] ?? one).join('')}$`)
        assert.equal(wildcard(parts.join(''), true)(text), regex.test(text))
      },
    ),
    { numRuns: 2000 },
  )
})
