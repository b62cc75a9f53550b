/** The parts of packages without types that the tests over rows use. */
declare module 'better-sqlite3' {
  interface Statement {
    all(...params: (string | number)[]): unknown[]
    run(...params: (string | number)[]): { changes: number }
  }

  export default class Database {
    constructor(path: string)
    exec(sql: string): void
    prepare(sql: string): Statement
    close(): void
  }
}

declare module 'connect-pg-simple' {
  import type session from 'express-session'
  import type { Pool } from 'pg'

  interface Options {
    readonly pool: Pool
    readonly tableName: string
    readonly createTableIfMissing: boolean
    readonly pruneSessionInterval: false
  }

  export default function connect(module: typeof session): new (options: Options) => session.Store
}
