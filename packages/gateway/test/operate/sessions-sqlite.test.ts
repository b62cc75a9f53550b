import { describe } from 'node:test'
import { sqliteDatabase } from '../session/databases.ts'
import { sessionsSuite } from './sessions-suite.ts'

describe('commands about sessions in SQLite', () =>
  sessionsSuite(async (t) => ({ lines: `SessionStore dbd\n${(await sqliteDatabase(t)).directives}`, id: 'dbd' })))
