import { test } from 'node:test'
import { engineSuite } from './engine/suite.ts'
import { pgPool } from './postgres/clients.ts'
import { TestDatabase } from './postgres/database.ts'
import { Lanes } from './postgres/lanes.ts'

const lanes = new Lanes(await TestDatabase.create(), pgPool)

engineSuite(
  (name, run) => test(name, () => lanes.run(run)),
  () => ({ store: lanes.open(), scale: 1, pass: (ms) => lanes.pass(ms), dump: () => lanes.dump() }),
)
