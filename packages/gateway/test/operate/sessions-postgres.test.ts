import { describe } from 'node:test'
import { postgresDatabase } from '../session/databases.ts'
import { sessionsSuite } from './sessions-suite.ts'

describe('commands about sessions in PostgreSQL', () =>
  sessionsSuite(async (t) => ({ lines: `SessionStore dbd\n${(await postgresDatabase(t)).directives}`, id: 'dbd' })))
