/** Wrong clocks over MariaDB. */
import { clockSuite } from './clocks/suite.ts'

await clockSuite('mysql')
