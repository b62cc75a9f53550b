/** What rows without a lock and without a condition cannot do, shown; and that whoever uses them is told, once. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Awaitable } from '../src/store/contract.ts'
import { rowSessions, type RowSessions, type RowStore } from '../src/store/rows.ts'
import { bytes, long, newAddress, newWriteId, record, text } from '../src/store/testing/samples.ts'
import { comparingRows, emptyTable, lockingRows, plainRows, type Table } from './rows-memory.ts'

test('two processes over rows with four verbs can lose an update', async () => {
  const { answers, payload } = await overlappingWrites((table) => plainRows(table, { shared: true }))
  assert.deepEqual(answers, ['replaced', 'replaced'], 'both were told that their write is stored')
  assert.equal(payload, 'second', 'and one of them is not')
})

test('two processes over rows that can be compared lose none', async () => {
  const { answers, payload } = await overlappingWrites(comparingRows)
  assert.deepEqual(answers, ['replaced', 'conflict'])
  assert.equal(payload, 'first')
})

test('two processes over rows that can be locked lose none', async () => {
  const { answers } = await overlappingWrites(lockingRows)
  assert.deepEqual(answers.toSorted(), ['conflict', 'replaced'])
})

test('two processes over rows whose update creates can bring a session back that was ended', async () => {
  assert.equal(await endedMeanwhile((rows) => ({ ...rows, updateCreates: true, update: upsert(rows) })), 'back')
})

test('two processes over rows whose update creates nothing cannot', async () => {
  assert.equal(await endedMeanwhile((rows) => rows), 'gone')
})

test('the warning comes once for each row store, names what is not guaranteed and what mends it', () => {
  const program = `
    import { rowSessions, fromConnectStore } from '${new URL('../src/store/rows.ts', import.meta.url).href}'
    const rows = { durable: 'no', shared: true, get() {}, insert: () => true, update: () => true, delete: () => true }
    const store = { get() {}, set() {}, destroy() {} }
    const one = [rowSessions(rows), rowSessions(rows)]
    const other = [fromConnectStore(store), fromConnectStore(store), fromConnectStore(store, { shared: false })]
    rowSessions({ ...rows, shared: false })
    rowSessions({ ...rows, updateIf: () => true, deleteIf: () => true })
    rowSessions({ ...rows, withLock: (id, task) => task(rows) })
    process.on('warning', ({ code, message }) => console.log(JSON.stringify({ code, message })))
  `
  const args = ['--conditions=source', '--no-warnings', '--input-type=module', '--eval', program]
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  const warnings = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { code: string; message: string })
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['SEKISHO_UNFENCED', 'SEKISHO_UNFENCED'],
  )
  const [plain, creating] = warnings.map(({ message }) => message)
  assert.match(
    plain ?? '',
    /the later write of a session undoes the earlier one\. Give the row store `updateIf` and `deleteIf`/,
  )
  assert.match(creating ?? '', /one of them ends can be brought back by another\..* say `shared: false` when only one/)
})

test('says in its capabilities what the rows can do', () => {
  const capabilities = (rows: RowStore): unknown => rowSessions(rows).capabilities
  assert.deepEqual(capabilities(comparingRows(emptyTable())), {
    durable: 'no',
    shared: true,
    fenced: true,
    sweeps: true,
  })
  assert.deepEqual(capabilities(lockingRows(emptyTable())), {
    durable: 'no',
    shared: true,
    fenced: true,
    sweeps: false,
  })
  const alone = plainRows(emptyTable(), { shared: false })
  assert.deepEqual(capabilities(alone), { durable: 'no', shared: false, fenced: true, sweeps: false })
})

test('overlapping writers in one process lose nothing, whatever the rows can do', async () => {
  const store = rowSessions({ ...plainRows(emptyTable(), { shared: true }), shared: false })
  const address = newAddress()
  await store.create(address, record(), long)
  const writes = Array.from({ length: 20 }, () => store.replace(address, record(), 1, long, newWriteId()))
  const answers = await Promise.all(writes)
  assert.equal(answers.filter((answer) => answer === 'replaced').length, 1)
})

/** Two processes that both read version 1 before either has written. The second writes when the first has finished. */
async function overlappingWrites(rowsOf: (table: Table) => RowStore): Promise<{ answers: string[]; payload: string }> {
  const table = emptyTable()
  const held = gate()
  const [first, second] = [rowSessions(rowsOf(table)), rowSessions(held.before('update', rowsOf(table)))]
  const address = newAddress()
  await first.create(address, record(), long)
  const late = replace(second, address, 'second')
  await held.reached
  // Under a lock the first must wait for the second, and not the other way round.
  const early = replace(first, address, 'first')
  await Promise.race([early, new Promise((resolve) => setTimeout(resolve, 50))])
  held.open()
  const answers = await Promise.all([early, late])
  const stored = await first.read(address)
  return { answers, payload: text(stored?.record.payload ?? bytes('')) }
}

/** One process writes a session that another one ends meanwhile. */
async function endedMeanwhile(change: (rows: RowStore) => RowStore): Promise<'back' | 'gone'> {
  const table = emptyTable()
  const held = gate()
  const [first, second] = [
    rowSessions(change(plainRows(table, { shared: true }))),
    rowSessions(held.before('update', change(plainRows(table, { shared: true })))),
  ]
  const address = newAddress()
  await first.create(address, record(), long)
  const late = replace(second, address, 'late')
  await held.reached
  assert.equal(await first.delete(address), 'deleted')
  held.open()
  const answer = await late
  const isBack = (await first.read(address)) !== undefined
  assert.equal(answer, isBack ? 'replaced' : 'gone')
  return isBack ? 'back' : 'gone'
}

function replace(store: RowSessions<string>, address: string, data: string): Promise<string> {
  return store.replace(address, record({ payload: bytes(data) }), 1, long, newWriteId())
}

function upsert(rows: RowStore): RowStore['update'] {
  return async (id, data, dueMs) => (await rows.update(id, data, dueMs)) || rows.insert(id, data, dueMs)
}

/** Holds the writing verb of a row store until it is opened. */
function gate(): {
  readonly reached: Promise<void>
  open(): void
  before(verb: 'update', rows: RowStore): RowStore
} {
  let [arrive, open] = [(): void => {}, (): void => {}]
  const reached = new Promise<void>((resolve) => (arrive = resolve))
  const opened = new Promise<void>((resolve) => (open = resolve))
  const holding = <A extends unknown[]>(
    write: (...given: A) => Awaitable<boolean>,
  ): ((...given: A) => Promise<boolean>) => {
    return async (...given) => {
      arrive()
      await opened
      return write(...given)
    }
  }
  const before = (_verb: 'update', rows: RowStore): RowStore => ({
    ...rows,
    update: holding(rows.update),
    ...(rows.updateIf && { updateIf: holding(rows.updateIf) }),
    ...(rows.withLock && {
      withLock: (id, task) =>
        rows.withLock?.(id, (locked) => task({ ...locked, update: holding(locked.update) })) ?? assert.fail(),
    }),
  })
  return { reached, open, before }
}
