import type { Problem } from '../../../config/diagnostics.ts'
import type { Directive, SettingsView, Use } from '../../../config/directive.ts'
import { DBDPrepareSQL } from '../../../config/directives/dbd.ts'
import {
  SessionDBDCleanSQL,
  SessionDBDDeleteLabel,
  SessionDBDDeleteSQL,
  SessionDBDInsertLabel,
  SessionDBDInsertSQL,
  SessionDBDSelectLabel,
  SessionDBDSelectSQL,
  SessionDBDUpdateLabel,
  SessionDBDUpdateSQL,
} from '../../../config/directives/session-dbd.ts'
import type { Statement, StatementParameter } from '../../../config/statements.ts'
import { about, ProblemError } from '../../problems.ts'
import { completed, type GivenStatements, type NamedStatements } from './complete-statements.ts'

type SqlDirective = Directive<Statement | undefined>

const directives: Readonly<Record<keyof GivenStatements, readonly [sql: SqlDirective, label?: Directive<string>]>> = {
  insert: [SessionDBDInsertSQL, SessionDBDInsertLabel],
  select: [SessionDBDSelectSQL, SessionDBDSelectLabel],
  update: [SessionDBDUpdateSQL, SessionDBDUpdateLabel],
  delete: [SessionDBDDeleteSQL, SessionDBDDeleteLabel],
  clean: [SessionDBDCleanSQL],
}

/** How the parameters are called there; a renamed session does not exist here, because its address stays. */
const names: Readonly<Record<StatementParameter, string>> = {
  id: 'id',
  newid: 'id',
  data: 'data',
  expiry: 'expiresMicros',
  now: 'nowMicros',
}

/**
 * The site's own statements, with what follows from them; undefined: it has none, and the table is ours.
 *
 * @throws ProblemError for a label without a statement, a statement that cannot be read, or one that is missing.
 */
export function ownStatements(settings: SettingsView): NamedStatements | undefined {
  const given: Partial<Record<keyof GivenStatements, string>> = {}
  for (const [verb, [sql, label]] of Object.entries(directives)) {
    const statement = settings.get(sql) ?? (label === undefined ? undefined : labelled(settings, sql, label))
    if (statement !== undefined) given[verb as keyof GivenStatements] = named(statement)
  }
  return Object.keys(given).length === 0 ? undefined : about(SessionDBDInsertSQL, () => completed(given))
}

/** A statement of DBDPrepareSQL, read as if it stood behind the directive that takes it itself. */
function labelled(settings: SettingsView, directive: SqlDirective, label: Directive<string>): Statement | undefined {
  const name = settings.get(label)
  const sql = settings.get(DBDPrepareSQL).get(name)
  if (sql !== undefined && sql !== '') return about(DBDPrepareSQL as Directive, () => read(directive, sql))
  if (settings.own(label) === undefined) return undefined
  const message = `failed to find the prepared statement called '${name}'`
  const fix = `write DBDPrepareSQL "…" ${name} outside of all sections`
  const expected = `DBDPrepareSQL with the label ${name}`
  throw new ProblemError({ code: 'missing-directive', message, expected, fix }, { at: label })
}

function read(directive: SqlDirective, sql: string): Statement | undefined {
  const problems: Problem[] = []
  const use: Use = {
    words: [{ text: sql, start: 0, end: sql.length, quoted: true }],
    raw: sql,
    syntax: directive.syntax,
    place: { file: '', line: 1, column: 1 },
    section: undefined,
    inSection: false,
    sectionSubject: undefined,
    absolute: (path) => path,
    knowsModule: () => false,
    beyondApache: () => {},
    fail: (problem) => void problems.push(problem),
    warn: () => {},
  }
  const statement = directive.add(use, undefined)
  const [problem] = problems
  if (problem !== undefined) throw new ProblemError(problem)
  return statement
}

/** Quoted text stays as it is, and so do the names; any other per cent sign is one. */
function named({ pieces, parameters }: Statement): string {
  const text = pieces.map((piece, at) => piece + nameAt(parameters, at)).join('')
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|%\{\w+\}|%/g, (found) => (found === '%' ? '%%' : found))
}

function nameAt(parameters: readonly StatementParameter[], at: number): string {
  const parameter = parameters[at]
  return parameter === undefined ? '' : `%{${names[parameter]}}`
}
