import { sqliteDatabase } from './databases.ts'
import { databaseSuites } from './dbd-suite.ts'

databaseSuites('SQLite', sqliteDatabase, { id: 'TEXT', data: 'TEXT' })
