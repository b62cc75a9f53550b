import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openBench } from '../bench/src/in-process/bench.ts'
import { growthTables } from '../bench/src/growth/report.ts'
import { openGrown } from '../bench/src/growth/grown.ts'
import { growthCases } from '../bench/src/growth/stores.ts'
import { storeFamilies } from '../bench/src/contract.ts'
import { prove } from '../bench/src/prove.ts'
import { storeContenders } from '../bench/src/store-contenders.ts'

describe('the contenders of the bench over a database', () => {
  test('count up, keep visitors apart and refuse changed cookies', async () => {
    for (const contender of storeContenders) {
      const bench = await openBench(contender, 'node', 2)
      try {
        assert.deepEqual(await prove(contender, bench.ask), [])
      } finally {
        await bench.close()
      }
    }
  })

  test('are a floor and ours in each family, with as many callers each', () => {
    for (const family of storeFamilies) {
      const members = storeContenders.filter((contender) => contender.family === family)
      assert.deepEqual(
        members.map(({ role }) => role),
        ['floor', 'ours'],
      )
      assert.equal(new Set(members.map(({ callers }) => callers)).size, 1)
    }
  })

  test('change each session once when as many requests as there are sessions come from several callers', async () => {
    const [floor] = storeContenders.filter(({ family }) => family === 'ioredis')
    assert.ok(floor?.callers !== undefined)
    const bench = await openBench(floor, 'node', floor.callers * 2)
    try {
      assert.equal(await bench.run('write', floor.callers * 2), '2')
      assert.equal(await bench.run('write', floor.callers * 2), '3')
      assert.equal(await bench.run('read', floor.callers * 2), '3')
    } finally {
      await bench.close()
    }
  })
})

describe('the bench of large stores', () => {
  test('opens and changes every copied session, and sweeps the dead ones alone, on each store', async () => {
    for (const each of growthCases) {
      const grown = await openGrown(each, 25)
      try {
        assert.ok((await grown.requests('read', 25)) > 0, each.name)
        assert.ok((await grown.requests('write', 25)) > 0, each.name)
        if (each.sweeps) assert.ok((await grown.sweep(5)) >= 0, each.name)
        assert.ok((await grown.requests('read', 25)) > 0, each.name)
      } finally {
        await grown.close()
      }
    }
  })

  test('says that a store has grown too slow by the lower bound alone', () => {
    const growth = (low: number, high: number) => ({ few: 1, many: 2, ratio: { median: low, low, high } })
    const result = { name: 'some store', sessions: [10, 1000] as const, get: growth(1.2, 1.4), write: growth(1.31, 2) }
    const settings = { rounds: 1, requests: 1, sessions: [10, 1000] as const, expired: 1 }
    const [, , , row] = growthTables([result], settings)
      .split('\n')
      .filter((line) => line !== '')
    assert.match(row ?? '', /within 1\.3 by the lower bound .* over 1\.3 \|$/)
  })
})
