/** Wrong clocks over Redis. */
import { clockSuite } from './clocks/suite.ts'

await clockSuite('redis')
