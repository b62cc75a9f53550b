import assert from 'node:assert/strict'
import { test } from 'node:test'
import { derive } from './derive.ts'
import { compile, type StatementShape } from './statement.ts'

const update: StatementShape = { option: 'update', positions: ['data', 'id'], optional: ['expires'] }
const list: StatementShape = { option: 'list', positions: ['after', 'limit'] }

test('puts parameters into the order of the statement, for either kind of driver', () => {
  const source = 'UPDATE s SET d = %{data}, e = %{expires} WHERE i = %{id} OR i = %{id}'
  const parameters = { id: 'ab', data: 'text', expires: 5 }
  assert.deepEqual(compile(source, update, '?').with(parameters), {
    sql: 'UPDATE s SET d = ?, e = ? WHERE i = ? OR i = ?',
    params: ['text', 5, 'ab', 'ab'],
  })
  assert.deepEqual(compile(source, update, '$1').with(parameters), {
    sql: 'UPDATE s SET d = $1, e = $2 WHERE i = $3 OR i = $4',
    params: ['text', 5, 'ab', 'ab'],
  })
})

test('takes %s in the order of the option', () => {
  const { sql, params } = compile('UPDATE s SET d = %s WHERE i = %s', update, '?').with({ id: 'ab', data: 'text' })
  assert.deepEqual([sql, params], ['UPDATE s SET d = ? WHERE i = ?', ['text', 'ab']])
})

test('writes the number of rows into the text, where some databases want no parameter', () => {
  const { sql, params } = compile('SELECT i, d FROM s WHERE i > %s LIMIT %s', list, '$1').with({ after: '', limit: 9 })
  assert.deepEqual([sql, params], ['SELECT i, d FROM s WHERE i > $1 LIMIT 9', ['']])
})

test('never lets a value become a part of the text', () => {
  const id = `'; DROP TABLE s; -- %s %{data} ? $1`
  const { sql, params } = compile('UPDATE s SET d = %s WHERE i = %s', update, '?').with({ id, data: id })
  assert.deepEqual([sql, params], ['UPDATE s SET d = ? WHERE i = ?', [id, id]])
})

test('leaves quoted text, comments and doubled per cent signs alone', () => {
  const source = `UPDATE s /* ? $1 %s */ SET d = %s, "a?b" = 'it''s ? 5 %', n = n %% 7 WHERE i = %s -- why? %s`
  assert.equal(
    compile(source, update, '$1').with({ id: 'ab', data: 'text' }).sql,
    `UPDATE s /* ? $1 %s */ SET d = $1, "a?b" = 'it''s ? 5 %', n = n % 7 WHERE i = $2 -- why? %s`,
  )
})

test('refuses a statement whose parameters are not what the option takes', () => {
  const refused = [
    'UPDATE s SET d = %s',
    'UPDATE s SET d = %s WHERE i = %s AND e = %s',
    'UPDATE s SET d = %s WHERE i = %{id}',
    'UPDATE s SET d = %{data}',
    'UPDATE s SET d = %{data} WHERE i = %{id} AND d = %{expected}',
    `UPDATE s SET d = '%s' WHERE i = '%s'`,
    'UPDATE s SET d = "%{data}" WHERE i = %{id}',
    'UPDATE s SET d = ? WHERE i = ?',
    'UPDATE s SET d = $1 WHERE i = $2',
    'UPDATE s SET d = %s, e = %lld WHERE i = %s',
    'UPDATE s SET d = %s WHERE i = %s OR i = ?',
  ]
  const message =
    /^option `update` must be a statement with unquoted %s, %s for data, id in this order, or with the names %\{data\}, %\{id\}, %\{expires\}; received "/
  for (const source of refused)
    assert.throws(() => compile(source, update, '?'), { code: 'ERR_OPTION', message }, source)
  assert.throws(() => compile(undefined, update, '?'), { code: 'ERR_OPTION', message: /; received undefined$/ })
})

const plain = {
  insert: 'INSERT INTO sessions (id, data) VALUES (%s, %s)',
  select: 'SELECT data FROM sessions WHERE id = %s',
  update: 'UPDATE sessions SET data = %s WHERE id = %s',
}

test('derives the other statements from three of the plain form', () => {
  assert.deepEqual(derive(plain.insert, plain.select, plain.update), {
    updateIf: 'UPDATE sessions SET data = %{data} WHERE id = %{id} AND data = %{expected}',
    delete: 'DELETE FROM sessions WHERE id = %{id}',
    deleteIf: 'DELETE FROM sessions WHERE id = %{id} AND data = %{expected}',
    list: 'SELECT id, data FROM sessions WHERE id > %{after} ORDER BY id LIMIT %{limit}',
    count: 'SELECT COUNT(*) FROM sessions',
  })
})

test('derives them whatever the names, the case and the spaces', () => {
  const derived = derive(
    'insert into "my app"."Sessions"("key",`the value`)values(%{id},%{data}) ;',
    'select `the value`\n  from "my app"."Sessions"\n where "key"=%s',
    'Update "my app"."Sessions" Set `the value`= %s Where "key" =%s;',
  )
  assert.equal(derived?.delete, 'DELETE FROM "my app"."Sessions" WHERE "key" = %{id}')
})

test('derives nothing from statements that mean more, or not the same', () => {
  const others: Partial<typeof plain>[] = [
    { insert: 'INSERT INTO other (id, data) VALUES (%s, %s)' },
    { insert: 'INSERT INTO sessions (data, id) VALUES (%s, %s)' },
    { insert: 'INSERT INTO sessions (id, data, made) VALUES (%s, %s, now())' },
    { insert: 'INSERT INTO sessions (id, data) VALUES (%s, %s) ON CONFLICT DO NOTHING' },
    { insert: 'INSERT INTO sessions (id, data) VALUES (%{data}, %{id})' },
    { select: 'SELECT data FROM sessions WHERE id = %s AND site = 1' },
    { select: 'SELECT * FROM sessions WHERE id = %s' },
    { select: 'SELECT data FROM sessions WHERE id = %s; DROP TABLE sessions' },
    { update: 'UPDATE sessions SET data = %s WHERE sid = %s' },
    { update: 'UPDATE sessions SET data = lower(%s) WHERE id = %s' },
    { update: 'UPDATE sessions SET data = %s /* why */ WHERE id = %s' },
  ]
  for (const other of others) {
    const { insert, select, update: change } = { ...plain, ...other }
    assert.equal(derive(insert, select, change), undefined, JSON.stringify(other))
  }
})
