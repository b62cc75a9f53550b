import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { startMariadb } from '../../../../scripts/services.ts'
import type { MysqlStore } from '../../src/store/mysql.ts'
import { together } from '../../src/store/testing/check.ts'
import { bytes, long, newWriteId, record, stored, text } from '../../src/store/testing/samples.ts'
import { TestDatabase } from './opening.ts'

test('loses no acknowledged write when the server is killed, and goes on when it is back', async (t) => {
  const server = await startMariadb({ durable: true })
  const database = await TestDatabase.open(server.url)
  t.after(async () => {
    await database.close()
    await server.stop()
  })
  const store = await database.openStore()
  const addresses = await together(8, () => stored(store, record({ payload: bytes('1') })))
  const working = Promise.all(addresses.map((address) => writeUntilItFails(store, address)))
  await pause(300)
  await server.kill()
  const acknowledged = await working
  await assert.rejects(() => store.read(addresses[0] ?? ''), { code: 'ERR_STORE_UNAVAILABLE' })
  await server.restart()
  for (const [at, address] of addresses.entries()) {
    const version = await store.read(address).then((session) => {
      assert.equal(session && text(session.record.payload), `${session?.version}`)
      return session?.version ?? 0
    })
    const known = acknowledged[at] ?? 0
    // The write that was under way may have been applied without an answer.
    assert.ok(known > 1 && (version === known || version === known + 1), `${version} after ${known} were acknowledged`)
    assert.equal(await store.replace(address, record(), version, long, newWriteId()), 'replaced')
  }
})

/** Replaces a session over and over, its version as its payload. @returns The last version that was acknowledged. */
async function writeUntilItFails(store: MysqlStore, address: string): Promise<number> {
  for (let version = 1; ; version += 1) {
    const next = record({ payload: bytes(`${version + 1}`) })
    try {
      assert.equal(await store.replace(address, next, version, long, newWriteId()), 'replaced')
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, 'ERR_STORE_UNAVAILABLE', String(error))
      return version
    }
  }
}
