import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { rewrite } from './rewriting.ts'

/** Lines before and after real PHP, for one list of hosts. */
interface Table {
  readonly trans_sid_hosts: string
  readonly HTTP_HOST: string
  readonly pairs: readonly (readonly [before: string, after: string])[]
}

const tables = JSON.parse(readFileSync(new URL('../data/trans-sid-pairs.json', import.meta.url), 'utf8')) as Table[]

/** What the safe mode makes of a line otherwise than PHP, and why. */
const differences = new Map<string, string>([
  ['<a href="p.php?x=1&amp;y=2#f">5</a>', '<a href="p.php?x=1&amp;y=2&amp;PHPSESSID=tid#f">5</a>'],
  ['<a href="p.php?q=&quot;">26</a>', '<a href="p.php?q=&quot;&amp;PHPSESSID=tid">26</a>'],
  ['<a href="p.php?PHPSESSID=tid">17</a>', '<a href="p.php?PHPSESSID=tid">17</a>'],
  ['<a href\t="p.php">22</a>', '<a href\t="p.php?PHPSESSID=tid">22</a>'],
  [`<script>var s='<a href="js.php">';</script>`, `<script>var s='<a href="js.php">';</script>`],
])
const withLogin = '<a href="http://user:pw@example.test/x">23</a>'

test('in classic mode each line is what PHP made of it, to the octet', () => {
  for (const table of tables) {
    assert.ok(table.pairs.length > 30)
    for (const [before, after] of table.pairs) assert.equal(lineOf(table, before, true), after)
  }
})

test('in safe mode each line is what PHP made of it, but for those with a reason', () => {
  for (const table of tables) {
    const found = table.pairs.filter(([before, after]) => lineOf(table, before, false) !== after)
    const expected = new Map(differences)
    if (table.trans_sid_hosts !== '')
      expected.set(withLogin, '<a href="http://user:pw@example.test/x?PHPSESSID=tid">23</a>')
    assert.deepEqual(new Map(found.map(([before]) => [before, lineOf(table, before, false)])), expected)
  }
})

/** A line of the page that PHP was given; one of them goes on with a tag that begins on the line before. */
function lineOf({ trans_sid_hosts: hosts, HTTP_HOST: host }: Table, line: string, isClassic: boolean): string {
  const before = line.startsWith(' ') ? '<a\n' : ''
  const page = rewrite({ variables: [['PHPSESSID', 'tid']], hosts, host, isClassic }, `${before}${line}\n`)
  return page.slice(before.length, -1)
}
