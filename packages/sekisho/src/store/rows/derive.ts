/** The statements that follow from the user's three, where those have the plain form. */
export interface DerivedStatements {
  readonly updateIf: string
  readonly delete: string
  readonly deleteIf: string
  readonly list: string
  readonly count: string
}

/** Words in angle brackets are names, the same in all three; words in braces are parameters. */
const plainForms = {
  insert: 'INSERT INTO <table> ( <id> , <data> ) VALUES ( {id} , {data} )',
  select: 'SELECT <data> FROM <table> WHERE <id> = {id}',
  update: 'UPDATE <table> SET <data> = {data} WHERE <id> = {id}',
}

const identifier = String.raw`(?:[\p{L}_][\p{L}\p{N}_$]*|"[^"]+"|${'`[^`]+`'})`
const nameForm = new RegExp(`^${identifier}(?:\\.${identifier})*$`, 'u')
const word = new RegExp(String.raw`${identifier}(?:\.${identifier})*|%s|%\{\w+\}|[(),=;]`, 'gu')

/**
 * @returns `undefined` unless all three name one table and the same two columns, and nothing else: a statement that does
 * more may mean more than can be seen here.
 */
export function derive(insert: string, select: string, update: string): DerivedStatements | undefined {
  const names = new Map<string, string>()
  const isPlain =
    matches(insert, plainForms.insert, names) &&
    matches(select, plainForms.select, names) &&
    matches(update, plainForms.update, names)
  if (!isPlain) return undefined
  const [table, id, data] = ['<table>', '<id>', '<data>'].map((name) => names.get(name))
  const same = `${id} = %{id} AND ${data} = %{expected}`
  return {
    updateIf: `UPDATE ${table} SET ${data} = %{data} WHERE ${same}`,
    delete: `DELETE FROM ${table} WHERE ${id} = %{id}`,
    deleteIf: `DELETE FROM ${table} WHERE ${same}`,
    list: `SELECT ${id}, ${data} FROM ${table} WHERE ${id} > %{after} ORDER BY ${id} LIMIT %{limit}`,
    count: `SELECT COUNT(*) FROM ${table}`,
  }
}

/** Whether a statement has a form; notes the names in it. */
function matches(statement: unknown, form: string, names: Map<string, string>): boolean {
  if (typeof statement !== 'string' || statement.replaceAll(word, '').trim() !== '') return false
  const words = statement.replace(/;\s*$/, '').match(word) ?? []
  const expected = form.split(' ')
  return words.length === expected.length && words.every((each, at) => isWord(each, expected[at] ?? '', names))
}

function isWord(found: string, expected: string, names: Map<string, string>): boolean {
  if (expected.startsWith('{')) return found === '%s' || found === `%${expected}`
  if (!expected.startsWith('<')) return found.toUpperCase() === expected
  const known = names.get(expected) ?? found
  names.set(expected, known)
  return nameForm.test(found) && found === known
}
