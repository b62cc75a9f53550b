/** Three processes over one SQLite database. */
import { processSuite } from './processes/suite.ts'

await processSuite('sqlite')
