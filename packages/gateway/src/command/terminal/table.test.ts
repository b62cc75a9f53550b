import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatTable } from './table.ts'

const plain = { isTerminal: true, columns: 80, style: (_: string, text: string) => text }
const piped = { ...plain, isTerminal: false, columns: Infinity }
const narrow = { ...plain, columns: 24 }

describe('a table', () => {
  it('on a terminal has columns below their titles', () => {
    assert.equal(
      formatTable(
        [
          ['a', 'long name', 'x'],
          ['bb', '', 'y'],
        ],
        { head: ['Id', 'Name', 'Z'] },
        plain,
      ),
      'Id  Name       Z\na   long name  x\nbb             y\n',
    )
  })

  it('gives characters of East Asian scripts two columns', () => {
    assert.equal(
      formatTable(
        [
          ['関所', 'x'],
          ['abcd', 'y'],
        ],
        {},
        plain,
      ),
      '関所  x\nabcd  y\n',
    )
  })

  it('cuts the widest columns to the width of the terminal', () => {
    const lines = formatTable([['short', 'a very long text that does not fit']], {}, narrow).split('\n')
    assert.deepEqual(lines, ['short  a very long text…', ''])
    const wide = formatTable([['short', '関所手形関所手形関所手形']], {}, narrow)
    assert.ok(wide.includes('…') && !wide.includes('関所手形関所手形関所'), wide)
  })

  it('cuts what says what a row is about last, and leaves columns at the end out before that', () => {
    const row = ['000fdd1231df…', 'alice', '2026-11-22 10:13:22', 'in 23 h']
    const shown = (columns: number): string => formatTable([row], {}, { ...plain, columns })
    assert.equal(shown(40), '000fdd1231df…  alice  2026-11-…  in 23 h\n')
    assert.equal(shown(30), '000fdd1231df…  alice  2026-…\n')
    assert.equal(shown(22), '000fdd1231df…  alice\n')
    assert.equal(shown(10), '000fdd123…\n')
  })

  it('of many rows takes not much longer than its rows do, and all have the same columns', () => {
    const rows = Array.from({ length: 3000 }, (_, at) => [String(at), 'x'.repeat(at % 7)])
    const started = performance.now()
    const lines = formatTable(rows, { head: ['number', 'x'] }, plain).split('\n')
    assert.ok(performance.now() - started < 10_000)
    assert.deepEqual(
      [lines.length, lines[0], lines[7], lines[2999]],
      [3002, 'number  x', '6       xxxxxx', '2998    xx'],
    )
  })

  it('in a pipe is rows with tabs, whole and without titles', () => {
    const long = 'x'.repeat(100)
    assert.equal(
      formatTable(
        [
          ['a', long],
          ['b', ''],
        ],
        { head: ['A', 'B'] },
        piped,
      ),
      `a\t${long}\nb\t\n`,
    )
  })

  it('keeps what a visitor sent from ending a row or moving the cursor, and keeps styles', () => {
    assert.equal(formatTable([['a\nb\tc\u001b[2Jd']], {}, piped), 'a\\nb\\tc\\x1b[2Jd\n')
    assert.equal(formatTable([['\u001b[31mred\u001b[39m']], {}, plain), '\u001b[31mred\u001b[39m\n')
  })

  it('without rows is nothing', () => {
    assert.equal(formatTable([], {}, plain), '')
    assert.equal(formatTable([], {}, piped), '')
  })
})
