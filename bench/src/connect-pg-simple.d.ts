declare module 'connect-pg-simple' {
  import type session from 'express-session'
  import type { Pool } from 'pg'

  interface PgStoreOptions {
    readonly pool?: Pool
    readonly tableName?: string
    readonly createTableIfMissing?: boolean
    readonly pruneSessionInterval?: number | false
  }

  export default function connectPgSimple(module: typeof session): new (options: PgStoreOptions) => session.Store
}
