import { postgresDatabase } from './databases.ts'
import { databaseSuites } from './dbd-suite.ts'

databaseSuites('PostgreSQL', postgresDatabase, { id: 'VARCHAR(64)', data: 'TEXT' })
