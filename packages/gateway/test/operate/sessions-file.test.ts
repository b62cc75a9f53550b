import { describe } from 'node:test'
import { sessionsSuite } from './sessions-suite.ts'

describe('commands about sessions in files', () =>
  sessionsSuite(async () => ({ lines: 'SessionStore file', id: 'file' })))
