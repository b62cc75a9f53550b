/** Three processes over MariaDB. */
import { processSuite } from './processes/suite.ts'

await processSuite('mysql')
