import { describe } from 'node:test'
import { documentStatements, postgresDatabase } from '../session/databases.ts'
import { sessionsSuite } from './sessions-suite.ts'

describe("commands about sessions in the site's own rows", () =>
  sessionsSuite(async (t) => {
    const database = await postgresDatabase(t)
    await database.run('CREATE TABLE sessions (id CHAR(64) PRIMARY KEY, data TEXT NOT NULL)')
    return { lines: `SessionStore dbd\n${database.directives}\n${documentStatements}`, id: 'dbd' }
  }))
