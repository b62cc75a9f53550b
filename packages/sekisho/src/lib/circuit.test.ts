import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { SekishoError } from '../errors.ts'
import { Circuit } from './circuit.ts'
import { channels } from './events-node.ts'

const limits = { maxPending: 3, failures: 2, pauseMs: 1000 }
const down = new Error('connection refused')

/** A circuit on a clock that the test moves. */
function onClock(given = limits): { circuit: Circuit; pass(ms: number): void } {
  let now = 5000
  return { circuit: new Circuit(given, () => now), pass: (ms) => void (now += ms) }
}

function refused(circuit: Circuit): SekishoError | undefined {
  try {
    circuit.admit('read')
    return undefined
  } catch (error) {
    assert.ok(error instanceof SekishoError)
    return error
  }
}

function states(t: TestContext): unknown[] {
  const seen: unknown[] = []
  const listen = (message: unknown): void => void seen.push((message as { state: string }).state)
  channels.circuit.subscribe(listen)
  t.after(() => channels.circuit.unsubscribe(listen))
  return seen
}

test('lets calls through while the store is well, and after fewer failures than the limit', () => {
  const { circuit } = onClock()
  assert.equal(refused(circuit), undefined)
  circuit.failed(down)
  assert.equal(refused(circuit), undefined)
})

test('counts only failures in a row', () => {
  const { circuit } = onClock()
  for (let turn = 0; turn < 5; turn += 1) {
    circuit.failed(down)
    circuit.succeeded()
  }
  assert.equal(refused(circuit), undefined)
})

test('refuses at once during the pause, and says why and for how long', () => {
  const { circuit } = onClock()
  circuit.failed(down)
  circuit.failed(down)
  const error = refused(circuit)
  assert.equal(error?.code, 'ERR_STORE_UNAVAILABLE')
  assert.equal(error.status, 503)
  assert.equal(error.cause, down)
  assert.match(error.message, /failed 2 times in a row and is tried again in \d+ ms/)
})

test('lets one call through after the pause, and everybody once that one has succeeded', () => {
  const { circuit, pass } = onClock()
  circuit.failed(down)
  circuit.failed(down)
  pass(1201)
  assert.equal(refused(circuit), undefined)
  assert.notEqual(refused(circuit), undefined)
  circuit.succeeded()
  assert.equal(refused(circuit), undefined)
})

test('pauses again when the trial fails, and tries again when the trial never ends', () => {
  const { circuit, pass } = onClock()
  circuit.failed(down)
  circuit.failed(down)
  pass(1201)
  circuit.admit('read')
  circuit.failed(down)
  pass(700)
  assert.notEqual(refused(circuit), undefined)
  pass(501)
  circuit.admit('read')
  pass(999)
  assert.notEqual(refused(circuit), undefined)
  pass(1)
  assert.equal(refused(circuit), undefined)
})

test('tells once that it pauses and once that it goes on', (t) => {
  const seen = states(t)
  const { circuit, pass } = onClock()
  for (let turn = 0; turn < 4; turn += 1) circuit.failed(down)
  pass(1201)
  circuit.admit('read')
  circuit.failed(down)
  circuit.succeeded()
  circuit.succeeded()
  assert.deepEqual(seen, ['open', 'closed'])
})

test('spreads the ends of pauses, so that nodes do not try in step', () => {
  const ends = new Set<number>()
  for (let turn = 0; turn < 50; turn += 1) {
    const { circuit } = onClock({ ...limits, failures: 1 })
    circuit.failed(down)
    const ms = Number(/again in (\d+) ms/.exec(refused(circuit)?.message ?? '')?.[1])
    assert.ok(ms >= 800 && ms <= 1200, `${ms}`)
    ends.add(ms)
  }
  assert.ok(ends.size > 10)
})

test('refuses more calls than may wait, and lets them in as others end', () => {
  const { circuit } = onClock()
  const [first] = [circuit.begin(), circuit.begin(), circuit.begin()]
  const error = refused(circuit)
  assert.equal(error?.code, 'ERR_STORE_OVERLOADED')
  assert.match(error.message, /3 calls wait/)
  assert.equal(circuit.isCalm, false)
  circuit.ended(first)
  assert.equal(refused(circuit), undefined)
  assert.equal(circuit.isCalm, true)
})

test('forgets calls that were never answered once the store is back', () => {
  const { circuit, pass } = onClock()
  const lost = [circuit.begin(), circuit.begin(), circuit.begin()]
  circuit.failed(down)
  circuit.failed(down)
  pass(1201)
  circuit.admit('read')
  circuit.succeeded()
  assert.equal(refused(circuit), undefined)
  for (const call of lost) circuit.ended(call)
  for (let calls = 0; calls < limits.maxPending; calls += 1) {
    assert.equal(refused(circuit), undefined, 'what ends so late makes no room')
    circuit.begin()
  }
  assert.equal(refused(circuit)?.code, 'ERR_STORE_OVERLOADED')
})
