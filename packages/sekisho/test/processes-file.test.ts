/** Three processes over one directory of session files. */
import { processSuite } from './processes/suite.ts'

await processSuite('file')
