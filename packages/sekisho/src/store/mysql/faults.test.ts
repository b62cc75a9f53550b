import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SekishoError } from '../../errors.ts'
import { storeFault } from './faults.ts'

/** What mysql2 throws when the server refuses a statement. */
function refusal(errno: number, code: string, message: string): Error {
  return Object.assign(new Error(message), { errno, code })
}

test('a server without room is a full store, and not one that is away', () => {
  const refusals = [
    refusal(1021, 'ER_DISK_FULL', 'Disk full (/tmp); waiting for someone to free some space...'),
    refusal(1114, 'ER_RECORD_FILE_FULL', "The table 'sessions' is full"),
  ]
  for (const cause of refusals) {
    const fault = storeFault('create a record', cause, 100)
    assert.ok(fault instanceof SekishoError)
    assert.equal(fault.code, 'ERR_STORE_FULL')
    assert.equal(fault.cause, cause)
    const message = `the MySQL store could not create a record: ${cause.message}; make room on the disk of the server`
    assert.equal(fault.message, message)
  }
})
