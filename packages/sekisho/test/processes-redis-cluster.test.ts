/** Three processes over a Redis Cluster. */
import { processSuite } from './processes/suite.ts'

await processSuite('redis-cluster')
