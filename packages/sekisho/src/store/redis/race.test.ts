import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRedis } from '../../../test/redis-clients.ts'
import { fixture } from '../../../test/redis-fixture.ts'
import { RedisStore } from '../redis.ts'
import { together } from '../testing/check.ts'
import { bytes, long, newWriteId, record, stored, text } from '../testing/samples.ts'

test('lets one writer win each version, through whatever client, and no touch or create undo it', async (t) => {
  const { store, prefix } = fixture(t)
  const { client, close } = await nodeRedis()
  t.after(close)
  const stores = [store, new RedisStore({ client, prefix })]
  for (let round = 0; round < 50; round += 1) await compete((turn) => stores[turn % 2] ?? store)
})

/** Three replace a version, two delete it, two create, two touch: all at once, and each from the client whose turn it is. */
async function compete(storeOf: (turn: number) => RedisStore): Promise<void> {
  const address = await stored(storeOf(0))
  assert.equal(await storeOf(1).replace(address, record(), 1, long, newWriteId()), 'replaced')
  const answers = await together<string>(9, (turn) => {
    const store = storeOf(turn)
    const mine = record({ payload: bytes(`turn ${turn}`) })
    if (turn < 3) return store.replace(address, mine, 2, long, newWriteId())
    if (turn < 5) return store.delete(address, 2)
    return turn < 7 ? store.create(address, mine, long) : store.touch(address, { idleMs: 2 * long.idleMs })
  })
  const winners = [...answers.keys()].filter((turn) => answers[turn] === 'replaced' || answers[turn] === 'deleted')
  assert.equal(winners.length, 1, `one winner: ${answers.join()}`)
  const [winner = -1] = winners
  const creators = [5, 6].filter((turn) => answers[turn] === 'created')
  assert.ok(creators.length <= (winner < 3 ? 0 : 1), `a create where nothing was: ${answers.join()}`)
  const [author = winner < 3 ? winner : undefined] = creators
  const left = await storeOf(0).read(address)
  assert.equal(left && text(left.record.payload), author === undefined ? undefined : `turn ${author}`)
  assert.equal(left?.version, author === undefined ? undefined : Number(winner < 3) * 2 + 1)
}
