/** Three processes over Redis. */
import { processSuite } from './processes/suite.ts'

await processSuite('redis')
