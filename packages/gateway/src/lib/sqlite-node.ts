import type * as Sqlite from 'node:sqlite'
import { SekishoError } from 'sekisho'

/** The SQLite that is part of Node. @throws SekishoError `ERR_STORE_SETUP` where it is not, before Node 22.13. */
export function sqliteOfNode(): typeof Sqlite {
  const sqlite = process.getBuiltinModule('node:sqlite')
  if (sqlite !== undefined) return sqlite
  throw new SekishoError('ERR_STORE_SETUP', `Node ${process.version} has no SQLite; mend it with: Node 22.13 or newer`)
}
