/**
 * What holds for sessions in a database, whose tables they are.
 *
 * @module
 */
import { describe, type TestContext } from 'node:test'
import { apacheStatements, documentStatements, type TestDatabase } from './databases.ts'
import { storedSuite } from './stored-suite.ts'

/** How a database spells what the tables need. */
export interface Spelling {
  /** A type for ids, that can be a primary key. */
  readonly id: string
  /** A type for the data. */
  readonly data: string
  /** The column `key`, which is a word of its own in some dialects (default: as it is). */
  readonly key?: string
}

/** Defines the cases for tables of our own, for the document's and for Apache's statements. */
export function databaseSuites(
  title: string,
  open: (t: TestContext) => Promise<TestDatabase>,
  { id, data, key = 'key' }: Spelling,
): void {
  describe(`${title}, in tables of our own`, () => {
    storedSuite(async (t) => {
      const { directives, rows } = await open(t)
      return { directives: `SessionStore dbd\n${directives}`, dump: () => rows('sekisho_sessions') }
    })
  })

  describe(`${title}, by the document's statements`, () => {
    storedSuite(async (t) => {
      const { directives, run, rows } = await open(t)
      await run(`CREATE TABLE sessions (id ${id} PRIMARY KEY, data ${data} NOT NULL)`)
      return { directives: `SessionStore dbd\n${directives}\n${documentStatements}`, dump: () => rows('sessions') }
    })
  })

  describe(`${title}, by Apache's statements`, () => {
    storedSuite(async (t) => {
      const { directives, run, rows } = await open(t)
      await run(`CREATE TABLE session (${key} ${id} PRIMARY KEY, value ${data}, expiry BIGINT)`)
      const statements = apacheStatements.replaceAll(/\bkey\b/g, key)
      return { directives: `SessionStore dbd\n${directives}\n${statements}`, dump: () => rows('session') }
    })
  })
}
