import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Check, once, type Sight } from './check.ts'
import { advice } from './finding.ts'
import { examine } from './examine.ts'

const signal = new AbortController().signal

const check = (
  name: string,
  needs: readonly string[],
  run: (signal: AbortSignal) => Sight | Promise<Sight>,
): Check<object> => ({
  name,
  asks: '',
  needs,
  looks: () => once(run),
})

const failed: Sight = { findings: [advice('error', 'store-away', 'it is down')] }

describe('an examination', () => {
  it('ranks errors before warnings before notes, and causes before consequences', async () => {
    const one = (severity: 'error' | 'warning' | 'info', message: string) => () => ({
      findings: [advice(severity, 'check-failed', message)],
    })
    const checks = [
      check('a', [], one('info', '1')),
      check('b', [], one('error', '2')),
      check('c', [], one('warning', '3')),
      check('d', [], one('error', '4')),
    ]
    const { findings } = await examine(checks, {}, { signal })
    assert.deepEqual(
      findings.map(({ rank, message }) => [rank, message]),
      [
        [1, '2'],
        [2, '4'],
        [3, '3'],
        [4, '1'],
      ],
    )
  })

  it('says nothing of what follows from a failure, however far', async () => {
    const checks = [
      check('database', [], () => failed),
      check('table', ['database'], () => failed),
      check('statements', ['table'], () => failed),
      check('cookie', [], () => ({ details: ['kept'] })),
    ]
    const { findings, checks: seen } = await examine(checks, {}, { signal })
    assert.equal(findings.length, 1)
    assert.deepEqual(
      seen.map(({ check: name, state, because }) => [name, state, because]),
      [
        ['database', 'found', undefined],
        ['table', 'silent', 'database has failed'],
        ['statements', 'silent', 'database has failed'],
        ['cookie', 'good', undefined],
      ],
    )
  })

  it('looks at other things of a kind all the same', async () => {
    const about = (key: string) => ({ key, name: key })
    const first: Check<object> = {
      ...check('database', [], () => ({})),
      looks: () => [
        { about: about('one'), run: () => failed },
        { about: about('two'), run: () => ({}) },
      ],
    }
    const asked: string[] = []
    const second: Check<object> = {
      ...check('table', ['database'], () => ({})),
      looks: () =>
        ['one', 'two'].map((key) => ({
          about: about(key),
          run: () => {
            asked.push(key)
            return {}
          },
        })),
    }
    await examine([first, second], {}, { signal })
    assert.deepEqual(asked, ['two'])
  })

  it('tells the same about the same line once', async () => {
    const both: Check<object> = {
      ...check('a', [], () => ({})),
      looks: () => ['one', 'two'].map((key) => ({ about: { key, name: key }, run: () => failed })),
    }
    assert.equal((await examine([both], {}, { signal })).findings.length, 1)
  })

  it('goes on after a check that breaks, and after one that never ends', async () => {
    const checks = [
      check('broken', [], () => {
        throw new Error('no such thing')
      }),
      check('endless', [], () => new Promise(() => {})),
      check('last', [], () => ({ details: ['seen'] })),
    ]
    const { findings, checks: seen } = await examine(checks, {}, { signal, patienceMs: 20 })
    assert.deepEqual(
      findings.map(({ message }) => message),
      ['This could not be looked at: no such thing', 'This could not be looked at: no answer within 0.02 s'],
    )
    assert.equal(seen.at(-1)?.state, 'good')
  })

  it('waits for a trial to be undone when it is interrupted, and for nothing else', async () => {
    const interrupted = AbortSignal.timeout(20)
    let isUndone = false
    const run = async (own: AbortSignal): Promise<Sight> => {
      await new Promise((resolve) => own.addEventListener('abort', resolve))
      await new Promise((resolve) => setTimeout(resolve, 30))
      isUndone = true
      return {}
    }
    const trial: Check<object> = {
      ...check('trial', [], run),
      looks: () => once(run).map((look) => ({ ...look, hasTrial: true })),
    }
    await assert.rejects(examine([trial], {}, { signal: interrupted }), { name: 'TimeoutError' })
    assert.ok(isUndone)
  })
})
