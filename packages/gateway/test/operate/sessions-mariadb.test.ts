import { describe } from 'node:test'
import { mariadbDatabase } from '../session/databases.ts'
import { sessionsSuite } from './sessions-suite.ts'

describe('commands about sessions in MariaDB', () =>
  sessionsSuite(async (t) => ({ lines: `SessionStore dbd\n${(await mariadbDatabase(t)).directives}`, id: 'dbd' })))
