import type { TableNames } from '../sql/names.ts'

const address = 'address CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'

/**
 * The tables. What must compare byte by byte is ASCII or binary: every other collation takes some different texts for equal.
 * `expires_at` is generated, so that it cannot disagree with the deadlines in whatever order a statement assigns them.
 *
 * @returns One statement per table, without a semicolon.
 */
export function tableDefinitions(names: TableNames): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${names.sessions} (
  ${address},
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  idle_deadline BIGINT NOT NULL,
  absolute_deadline BIGINT NOT NULL,
  expires_at BIGINT GENERATED ALWAYS AS (LEAST(idle_deadline, absolute_deadline)) STORED,
  fields LONGBLOB NOT NULL,
  payload LONGBLOB NOT NULL,
  PRIMARY KEY (address),
  KEY expires_at (expires_at)
) ENGINE=InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${names.principals} (
  principal BINARY(32) NOT NULL,
  ${address},
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (principal, address),
  KEY expires_at (expires_at)
) ENGINE=InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${names.epochs} (
  principal BINARY(32) NOT NULL,
  epoch BIGINT NOT NULL,
  PRIMARY KEY (principal)
) ENGINE=InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${names.locks} (
  ${address},
  owner VARBINARY(64) NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (address),
  KEY expires_at (expires_at)
) ENGINE=InnoDB`,
  ]
}

/** @returns One query per table that fails when a column is missing, and reads no row. */
export function tableProbes(names: TableNames): readonly string[] {
  const sessions = 'address, version, created_at, idle_deadline, absolute_deadline, expires_at, fields, payload'
  return [
    `SELECT ${sessions} FROM ${names.sessions} LIMIT 0`,
    `SELECT principal, address, expires_at FROM ${names.principals} LIMIT 0`,
    `SELECT principal, epoch FROM ${names.epochs} LIMIT 0`,
    `SELECT address, owner, expires_at FROM ${names.locks} LIMIT 0`,
  ]
}
