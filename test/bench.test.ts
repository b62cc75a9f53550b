import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownContenders } from '../bench/src/contenders.ts'
import { noSession, type Contender } from '../bench/src/contract.ts'
import { openBench, type Face } from '../bench/src/in-process/bench.ts'
import { groupOf } from '../bench/src/in-process/groups.ts'
import { measure } from '../bench/src/in-process/measure.ts'
import { prove } from '../bench/src/prove.ts'
import { sample, sampleOctets } from '../bench/src/sample.ts'
import { estimate } from '../bench/src/statistics.ts'

const quick = { rounds: 3, roundMs: 2, warmUpMs: 2, settleMs: 2, sessions: 20 }

async function proven(contender: Contender, face: Face): Promise<string[]> {
  const bench = await openBench(contender, face, 2)
  try {
    return await prove(contender, bench.ask)
  } finally {
    await bench.close()
  }
}

describe('the contenders of the bench that need no package', () => {
  test('count up, keep visitors apart and refuse changed cookies, called as (req, res)', async () => {
    for (const contender of ownContenders) assert.deepEqual(await proven(contender, 'node'), [])
  })

  test('do the same called as Request → Response', async () => {
    for (const contender of ownContenders) assert.deepEqual(await proven(contender, 'fetch'), [])
  })

  test('hold 300 octets of data', () => {
    assert.equal(JSON.stringify(sample()).length, sampleOctets)
    assert.equal(sampleOctets, 300)
  })
})

describe('the proof that a contender does its job', () => {
  const [, liar] = ownContenders as [Contender, Contender]

  test('finds one that forgets its writes', async () => {
    const wrong = await prove(liar, async (action, cookie) => {
      if (action === 'create') return { body: '1', setCookie: ['sid=abcdefgh'] }
      return { body: cookie === 'sid=abcdefgh' ? '2' : noSession, setCookie: [] }
    })
    assert.match(wrong.join('\n'), /the second write answered 2 instead of 3/)
  })

  test('finds one that takes any cookie', async () => {
    let n = 1
    const wrong = await prove(liar, async (action) => {
      if (action !== 'read') n += 1
      return { body: String(n), setCookie: ['sid=abcdefgh'] }
    })
    assert.match(wrong.join('\n'), /a changed cookie answered \d+ instead of none/)
  })
})

describe('the harness without sockets', () => {
  test('gives what each contender adds, and our ratio to the floor', async () => {
    const results = await measure(groupOf(ownContenders, 'memory', 'node'), 'node', 'write', quick)
    assert.deepEqual(
      results.map(({ role }) => role),
      ['bare', 'floor', 'ours'],
    )
    for (const { total, totalRatio } of results) assert.ok(total > 0 && totalRatio.low <= totalRatio.high)
  })

  test('takes the interval of the sign test: of 15 values the fourth and the fourth from the end', () => {
    const values = Array.from({ length: 15 }, (_, at) => 15 - at)
    assert.deepEqual(estimate(values), { median: 8, low: 4, high: 12 })
  })
})
