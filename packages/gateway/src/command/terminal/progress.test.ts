import assert from 'node:assert/strict'
import { beforeEach, describe, it, mock } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { outputOf } from './output.ts'
import { showProgress } from './progress.ts'

/** The clock of the tests, in milliseconds. */
let now = 0
beforeEach((context) => {
  now = 0
  mock.method(performance, 'now', () => now)
  if ('after' in context) context.after(() => mock.restoreAll())
})

/** Standard error that keeps what it was given. */
function kept(isTTY: boolean) {
  const parts: string[] = []
  const output = outputOf({ write: (text) => parts.push(String(text)) > 0, isTTY, columns: 120 }, {})
  return { parts, output }
}

describe('progress', () => {
  it('in a pipe is a line every five seconds, however often it advances', () => {
    const { parts, output } = kept(false)
    using progress = showProgress('Copying', 1000, output)
    for (now = 100; now <= 12_000; now += 100) progress.advance(5)
    assert.deepEqual(parts, [
      'Copying: 25 %, 250 of 1,000, 50/s, 0:15 left\n',
      'Copying: 50 %, 500 of 1,000, 50/s, 0:10 left\n',
    ])
  })

  it('of a number that nobody knows is a count', () => {
    const { parts, output } = kept(false)
    using progress = showProgress('Removing', undefined, output)
    now = 5000
    progress.at(10_000)
    assert.deepEqual(parts, ['Removing: 10,000, 2,000/s\n'])
  })

  it('on a terminal is drawn at most ten times a second, over what was there, and taken away', () => {
    const { parts, output } = kept(true)
    const progress = showProgress('Copying', 10, output)
    for (now = 1; now < 1000; now += 1) progress.at(Math.floor(now / 100))
    progress.done()
    progress.at(10)
    assert.ok(parts.length <= 12, String(parts.length))
    assert.ok(parts.every((part) => part.startsWith('\r')))
    assert.match(stripVTControlCharacters(parts[5] ?? ''), /^\rCopying \S{24} 50 %, 5 of 10$/)
    assert.equal(parts.at(-1), '\r\u001b[K')
  })

  it('of nothing is complete', () => {
    const { parts, output } = kept(true)
    using _ = showProgress('Copying', 0, output)
    assert.match(stripVTControlCharacters(parts[0] ?? ''), / 100 %, 0 of 0$/)
  })
})
