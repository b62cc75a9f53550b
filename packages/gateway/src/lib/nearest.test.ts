import assert from 'node:assert/strict'
import { it } from 'node:test'
import { nearestName } from './nearest.ts'

const names = ['Session', 'SessionMaxAge', 'SessionStore', 'Listen']

it('finds the name that is few edits away, the case not respected', () => {
  assert.equal(nearestName('sesion', names), 'Session')
  assert.equal(nearestName('SessoinStore', names), 'SessionStore')
  assert.equal(nearestName('SessionMaxAges', names), 'SessionMaxAge')
  assert.equal(nearestName('Lsiten', names), 'Listen')
})

it('finds nothing for a name that is far from all, too short, or endless', () => {
  assert.equal(nearestName('Frobnicate', names), undefined)
  assert.equal(nearestName('x', ['y', 'ab']), undefined)
  assert.equal(nearestName('S'.repeat(100_000), names), undefined)
})
