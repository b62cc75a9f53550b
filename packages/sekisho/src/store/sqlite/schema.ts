import type { TableNames } from '../sql/names.ts'

/**
 * A table with a rowid and a unique address, not `WITHOUT ROWID`: that is smaller and costs less to write. The tables of the
 * index and of the leases are all key, and have no use for a rowid.
 *
 * @returns The SQL that makes everything the store needs, and changes nothing that is there.
 */
export function schemaOf({ sessions, principals, epochs, locks }: TableNames): string {
  return `PRAGMA journal_mode = WAL;

CREATE TABLE IF NOT EXISTS ${sessions} (
  address TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  idle_deadline INTEGER NOT NULL,
  absolute_deadline INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  fields TEXT NOT NULL,
  payload BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS ${sessions}_expires_at ON ${sessions} (expires_at);

CREATE TABLE IF NOT EXISTS ${principals} (
  principal TEXT NOT NULL,
  address TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (principal, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS ${principals}_expires_at ON ${principals} (expires_at);

CREATE TABLE IF NOT EXISTS ${epochs} (
  principal TEXT NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ${locks} (
  address TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS ${locks}_expires_at ON ${locks} (expires_at);
`
}
