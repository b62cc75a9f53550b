import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { frontContenders, frontLimits } from '../bench/src/gateway/contenders.ts'
import type { FrontContender } from '../bench/src/gateway/contract.ts'
import { cpuOf } from '../bench/src/gateway/cpu.ts'
import { Front, type FrontLoad, type Stage } from '../bench/src/gateway/front.ts'
import { onStage } from '../bench/src/gateway/measure.ts'
import { frontReport } from '../bench/src/gateway/report.ts'

const few = { connections: 2, sessions: 4, manySessions: 8 }
const rounds = { ...few, rounds: 1, roundMs: 1, settleMs: 0, warmUpRequests: 0, warmUpMs: 0 }

describe('the contenders of the bench of the gateway', () => {
  test('pass requests on, with the session of the cookie and no other, and write it where they are to', async () => {
    await withStage(async (stage) => {
      for (const group of groupsOf(frontContenders, 4)) {
        const fronts = await Promise.all(group.map((contender) => Front.start(contender, stage)))
        for (const front of fronts) assert.ok((await front.load(1)).latencies.length > 0)
        await Promise.all(fronts.map((front) => front.stop()))
      }
    })
  })

  test('are refused when the app does not see the session, or when one writes that is to read', async () => {
    await withStage(async (stage) => {
      const [reading, writing] = frontContenders.filter(({ name }) => name.startsWith('sekisho: aes256 read'))
      assert.ok(reading?.session !== undefined && writing !== undefined)
      const wrongKey = { ...reading, session: reading.session.replace(/Passphrase \S+/, 'Passphrase another') }
      await assert.rejects(Front.start(wrongKey, stage), /visitor 0 the app saw visitor undefined/)
      const writes = { ...reading, session: `${reading.session}\nSessionMaxAge 1800` }
      await assert.rejects(Front.start(writes, stage), /set 1 cookies/)
    })
  })

  test('have different names, and each limit compares two of them', () => {
    const names = frontContenders.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const { contender, beside } of frontLimits) assert.ok(names.includes(contender) && names.includes(beside))
  })
})

describe('the report of the bench of the gateway', () => {
  const [limit] = frontLimits
  assert.ok(limit !== undefined && limit.kind === 'at least')
  const verdictOf = (ours: readonly number[], theirs: readonly number[]): string | undefined => {
    const results = [resultOf(limit.contender, ours), resultOf(limit.beside, theirs)]
    return frontReport(results, frontLimits, rounds).split('\n').at(-1)?.split(' | ').at(-1)
  }

  test('judges a limit by what is surely beyond it, round by round', () => {
    assert.equal(verdictOf([10, 20], [160, 320]), 'met |')
    assert.equal(verdictOf([10, 10], [140, 170]), 'met by the upper bound |')
    assert.equal(verdictOf([10, 20], [140, 280]), 'missed |')
  })

  test('leaves a limit out when one of the two was not measured', () => {
    const report = frontReport([resultOf(limit.contender, [10])], frontLimits, rounds)
    assert.ok(!report.includes('met') && !report.includes('missed'), report)
  })
})

test('the CPU time of a process includes that of its children', async () => {
  const child = spawn('/bin/sh', ['-c', 'i=0; (while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read wait)'])
  await once(child.stdout, 'data')
  assert.ok(cpuOf(child.pid ?? 0) >= 20_000)
  child.stdin.end('\n')
  await once(child, 'exit')
})

function withStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  return onStage({ contenders: frontContenders, settings: few }, play)
}

/** Starting is mostly waiting, so several start at a time. */
function groupsOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
}

function resultOf(name: string, costs: readonly number[]): { contender: FrontContender; loads: FrontLoad[] } {
  const contender = frontContenders.find((each) => each.name === name)
  assert.ok(contender !== undefined)
  return { contender, loads: costs.map((cpu) => ({ cpu, latencies: [1], wholeMs: 1 })) }
}
