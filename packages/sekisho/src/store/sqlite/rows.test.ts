import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { channels } from '../../lib/events-node.ts'
import { SqliteStore } from '../sqlite.ts'
import { long, newAddress, newWriteId, record } from '../testing/samples.ts'
import { openBetter, openNode, temporary, type OpenHandle, type TestHandle } from './drivers.worker.ts'

/** What somebody may have put into a row, and the column that it is in. */
const poison: readonly (readonly [column: string, value: string])[] = [
  ['fields', "'{'"],
  ['fields', "'null'"],
  ['fields', `'{"generation":0}'`],
  ['fields', `'{"__proto__":{"generation":0},"current":"c","dataVersion":1,"writeIds":[]}'`],
  ['fields', "x'7b7d'"],
  ['fields', "CAST(x'ff' AS TEXT)"],
  ['fields', 'NULL'],
  ['fields', '5'],
  ['payload', "'text'"],
  ['payload', 'NULL'],
  ['payload', '1.5'],
  ['version', "'one'"],
  ['version', '0'],
  ['version', '1.5'],
  ['version', '9223372036854775807'],
  ['created_at', "x'00'"],
  ['created_at', 'NULL'],
  ['created_at', '-9223372036854775808'],
  ['idle_deadline', "'never'"],
  ['idle_deadline', '9e99'],
  ['absolute_deadline', 'NULL'],
  ['absolute_deadline', '9223372036854775807'],
]

test('takes a row that is no record for none, says so, and harms no other session', async (t) => {
  for (const openHandle of [openNode, openBetter]) {
    const { store, database, rejected } = lax(t, openHandle)
    const neighbour = newAddress()
    await store.create(neighbour, record(), long)
    for (const [column, value] of poison) {
      const [address, what] = [newAddress(), `${column} = ${value}`]
      await store.create(address, record(), long)
      database.exec(`UPDATE sekisho_sessions SET ${column} = ${value} WHERE address = '${address}'`)
      rejected.length = 0
      assert.equal(store.read(address), undefined, what)
      assert.deepEqual(rejected, [{ reason: 'malformed-record', address }], what)
      const page = await store.transfer.scan(undefined, 100)
      assert.deepEqual(
        page.sessions.map((session) => session.address),
        [neighbour],
        what,
      )
      assert.equal(store.create(address, record(), long), 'created', what)
      assert.equal((await store.read(address))?.version, 1, what)
      await store.delete(address)
    }
    assert.equal((await store.read(neighbour))?.version, 1)
  }
})

test('keeps the epoch of a principal that cannot be read from falling to zero', async (t) => {
  const { store, database } = lax(t, openNode)
  for (const value of ["'one'", 'NULL', '0', '-1', '1.5', '9223372036854775807']) {
    database.exec(`INSERT OR REPLACE INTO sekisho_epochs VALUES ('alice', ${value})`)
    assert.throws(() => store.principals.epoch('alice'), { code: 'ERR_STORE_UNAVAILABLE' }, value)
  }
  assert.equal(await store.principals.epoch('bob'), 0)
})

test('keeps principals apart that only UTF-16 tells apart, or what comes after a NUL', async (t) => {
  const { store } = lax(t, openNode)
  const strange = [
    '\ud800',
    '\udfff',
    '\ufffd',
    'a\ud800',
    'a\0',
    'a\0b',
    'a\0c',
    'a',
    '\\u0000',
    '\0',
    '"',
    '\\"',
    '\\',
  ]
  const addresses = strange.map(newAddress)
  for (const [at, principal] of strange.entries()) await store.principals.add(principal, addresses[at] ?? '', 1000)
  for (const [at, principal] of strange.entries()) {
    assert.deepEqual(await store.principals.list(principal), [addresses[at]], JSON.stringify(principal))
    assert.equal(await store.principals.raiseEpoch(principal), 1, JSON.stringify(principal))
  }
})

test('refuses a wrong type where it is written, in its own tables', async (t) => {
  const { directory, remove } = temporary()
  t.after(remove)
  const database = openNode(join(directory, 'sessions.db'))
  const store = new SqliteStore({ database })
  await store.ensureSchema()
  await store.create(newAddress(), record(), long)
  for (const [column, value] of [
    ['version', "'one'"],
    ['payload', "'text'"],
    ['idle_deadline', '1.5'],
  ]) {
    assert.throws(() => database.exec(`UPDATE sekisho_sessions SET ${column} = ${value}`), /cannot store/)
  }
})

test('keeps times of any size and fractions of milliseconds', async (t) => {
  const { store } = lax(t, openNode)
  const [endless, odd] = [newAddress(), newAddress()]
  await store.create(endless, record(), { idleMs: Infinity, absoluteMs: Infinity })
  await store.touch(endless, { idleMs: Infinity, absoluteMs: Infinity })
  assert.equal((await store.read(endless))?.absoluteDeadline, Number.MAX_SAFE_INTEGER)
  await store.create(odd, record(), { idleMs: 1000.5, absoluteMs: 2000.25 })
  await store.replace(odd, record(), 1, { idleMs: 3000.5, absoluteMs: 3000.5 }, newWriteId())
  const stored = await store.read(odd)
  assert.equal(stored?.version, 2)
  assert.ok(Number.isSafeInteger(stored?.idleDeadline))
})

/** A store whose tables take any value, and the `rejected` events. */
function lax(
  t: TestContext,
  openHandle: OpenHandle,
): { store: SqliteStore; database: TestHandle; rejected: unknown[] } {
  const { directory, remove } = temporary()
  const database = openHandle(join(directory, 'sessions.db'))
  const store = new SqliteStore({ database })
  database.exec(
    store
      .schema()
      .replaceAll(/ STRICT(, )?| NOT NULL/g, ' ')
      .replaceAll(/\b(INTEGER|TEXT|BLOB)\b/g, ''),
  )
  const rejected: unknown[] = []
  const note = (message: unknown): void => void rejected.push(message)
  channels.rejected.subscribe(note)
  t.after(() => {
    channels.rejected.unsubscribe(note)
    database.close()
    remove()
  })
  return { store, database, rejected }
}

test('lends data as text, and what is no text as octets', async (t) => {
  for (const openHandle of [openNode, openBetter]) {
    const { store } = lax(t, openHandle)
    const [text, address] = [JSON.stringify({ name: '関所\0🍵' }), newAddress()]
    const textual = { ...record(), payload: new Uint8Array(), text }
    assert.equal(await store.create(address, textual, long), 'created')
    assert.equal((await store.read(address, true))?.record.text, text)
    assert.deepEqual((await store.read(address))?.record.payload, new TextEncoder().encode(text))
    const writeId = newWriteId()
    const changed = { ...textual, text: '{"n":2}', writeIds: [writeId] }
    assert.equal(await store.replace(address, changed, 1, long, writeId), 'replaced')
    assert.equal((await store.read(address, true))?.record.text, '{"n":2}')
    const withNul = newAddress()
    await store.create(withNul, { ...textual, text: 'a\0b' }, long)
    const { text: cut, payload: whole } = (await store.read(withNul, true))?.record ?? record()
    assert.deepEqual([cut, whole], [undefined, Uint8Array.of(97, 0, 98)])
    for (const payload of [Uint8Array.of(0xff, 0xfe, 0x41), new TextEncoder().encode('a\ufffdb'), new Uint8Array()]) {
      const other = newAddress()
      await store.create(other, record({ payload }), long)
      const { text: lent, payload: octets } = (await store.read(other, true))?.record ?? record()
      assert.deepEqual(lent === undefined ? octets : new TextEncoder().encode(lent), payload)
    }
  }
})
