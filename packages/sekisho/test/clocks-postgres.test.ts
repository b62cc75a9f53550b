/** Wrong clocks over PostgreSQL. */
import { clockSuite } from './clocks/suite.ts'

await clockSuite('postgres')
