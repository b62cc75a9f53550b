import { after } from 'node:test'
import { engineSuite } from './engine/suite.ts'
import { TablePool, TestDatabase } from './mysql/opening.ts'

const database = await TestDatabase.open()
after(() => database.close())

const tables = new TablePool(database)

engineSuite(tables.test, async () => {
  const { clock } = tables
  return {
    store: await tables.open(clock.through(database.pool)),
    scale: 1,
    pass: (ms) => clock.pass(ms),
    dump: () => tables.dump(),
  }
})
