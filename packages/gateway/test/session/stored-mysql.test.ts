import { mariadbDatabase } from './databases.ts'
import { databaseSuites } from './dbd-suite.ts'

databaseSuites('MariaDB', mariadbDatabase, { id: 'VARCHAR(64)', data: 'MEDIUMTEXT', key: '`key`' })
