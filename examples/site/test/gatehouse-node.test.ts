import { gatehouseSuite } from './gatehouse-suite.ts'

gatehouseSuite('node')
