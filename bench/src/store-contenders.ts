/**
 * The contenders that keep sessions in a database: ours and the floors, through each driver. Their drivers are those of the
 * repository itself; most need a server, see `servers.ts`.
 *
 * @module
 */
import { floorMariadb } from './contenders/floor-mariadb.ts'
import { floorPostgres } from './contenders/floor-postgres.ts'
import { floorIoredis, floorNodeRedis } from './contenders/floor-redis.ts'
import { floorBetterSqlite, floorNodeSqlite } from './contenders/floor-sqlite.ts'
import {
  sekishoBetterSqlite,
  sekishoIoredis,
  sekishoMariadb,
  sekishoNodeRedis,
  sekishoNodeSqlite,
  sekishoPostgres,
} from './contenders/sekisho-stores.ts'
import type { Contender } from './contract.ts'

/** All of them. */
export const storeContenders: readonly Contender[] = [
  floorNodeSqlite,
  sekishoNodeSqlite,
  floorBetterSqlite,
  sekishoBetterSqlite,
  floorPostgres,
  sekishoPostgres,
  floorMariadb,
  sekishoMariadb,
  floorIoredis,
  sekishoIoredis,
  floorNodeRedis,
  sekishoNodeRedis,
]
