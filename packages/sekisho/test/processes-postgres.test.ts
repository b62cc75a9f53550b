/** Three processes over PostgreSQL. */
import { processSuite } from './processes/suite.ts'

await processSuite('postgres')
