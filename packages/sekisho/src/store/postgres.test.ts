import { after, suite, test } from 'node:test'
import { pgClient, pgPool, postgresJs } from '../../test/postgres/clients.ts'
import { TestDatabase } from '../../test/postgres/database.ts'
import { Lanes, type Connect } from '../../test/postgres/lanes.ts'
import { storeContract, type StoreContractOptions } from './testing.ts'

const database = await TestDatabase.create()

/** The suite through two clients of one kind, as two nodes have them. */
function keepsTheContract(connect: Connect, options: Pick<StoreContractOptions, 'wait' | 'slack'>): void {
  const lanes = new Lanes(database, connect)
  after(() => lanes.close())
  storeContract((name, run) => test(name, () => lanes.run(run)), {
    open: () => lanes.open(0),
    reopen: () => lanes.open(1),
    wait: (ms) => lanes.pass(ms),
    ...options,
  })
}

suite('keeps the store contract through pools of pg, by the real clock', { concurrency: 10 }, () => {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))
  keepsTheContract(pgPool, { wait, slack: 250 })
})

suite('keeps the store contract through postgres.js', { concurrency: 4 }, () => {
  keepsTheContract(postgresJs, { slack: 1000 })
})

suite('keeps the store contract through single clients of pg', { concurrency: 4 }, () => {
  keepsTheContract(pgClient, { slack: 1000 })
})

suite(
  'keeps the store contract in serializable transactions, some of which the server undoes',
  { concurrency: 4 },
  () => {
    const serializable: Connect = (url) => {
      const strict = new URL(url)
      const options = strict.searchParams.get('options') ?? ''
      strict.searchParams.set('options', `${options} -c default_transaction_isolation=serializable`)
      return pgPool(strict.href)
    }
    keepsTheContract(serializable, { slack: 1000 })
  },
)
