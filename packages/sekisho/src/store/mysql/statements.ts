import { alive, fromNow, now } from './clock.ts'
import type { Statement } from './database.ts'

/** The statements that only read session records. */
interface Readings {
  readonly read: Statement
  readonly look: Statement
}

/** The statements about session records. */
export interface SessionStatements extends Readings {
  readonly create: Statement
  readonly replace: Statement
  readonly touch: Statement
  readonly delete: Statement
  readonly deleteVersion: Statement
  readonly bury: Statement
}

const idleLater = `idle_deadline = GREATEST(idle_deadline, ${fromNow})`

/**
 * A write says by the number of rows whether it did its work, whatever the client's `FOUND_ROWS` flag is: a replace always
 * changes its row. A touch need not, so it says by `LAST_INSERT_ID(expr)` whether it found a live row.
 *
 * @param table The table of the sessions.
 */
export function sessionStatements(table: string): SessionStatements {
  return {
    ...readings(table),
    create: {
      does: 'create a record',
      sql: `INSERT INTO ${table} (address, version, created_at, idle_deadline, absolute_deadline, fields, payload)
VALUES (?, 1, ${now}, ${fromNow}, ${fromNow}, ?, ?)`,
    },
    replace: {
      does: 'replace a record',
      sql: `UPDATE ${table} SET version = version + 1, ${idleLater},
absolute_deadline = COALESCE(${fromNow}, absolute_deadline), fields = ?, payload = ?
WHERE address = ? AND version = CAST(? AS SIGNED) AND ${alive}`,
    },
    touch: {
      does: 'touch a record',
      sql: `UPDATE ${table} SET version = LAST_INSERT_ID(version), ${idleLater},
absolute_deadline = GREATEST(absolute_deadline, COALESCE(${fromNow}, 0))
WHERE address = ? AND ${alive}`,
    },
    delete: {
      does: 'delete a record',
      sql: `DELETE FROM ${table} WHERE address = ? AND ${alive}`,
    },
    deleteVersion: {
      does: 'delete a record',
      sql: `DELETE FROM ${table} WHERE address = ? AND version = CAST(? AS SIGNED) AND ${alive}`,
    },
    bury: {
      does: 'remove a dead record',
      sql: `DELETE FROM ${table} WHERE address = ? AND expires_at <= ${now}`,
    },
  }
}

function readings(table: string): Readings {
  return {
    read: {
      does: 'read a record',
      sql: `SELECT version, created_at, idle_deadline, absolute_deadline, fields, payload, ${now} AS now
FROM ${table} WHERE address = ?`,
    },
    look: {
      does: 'look at a record',
      sql: `SELECT version, expires_at > ${now} AS alive, LOCATE(?, fields) > 0 AS applied
FROM ${table} WHERE address = ?`,
    },
  }
}
