import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { limits, measureHotPaths, tableOf, type HotPath } from '../scripts/hot-path.ts'

let paths: HotPath[] = []

before(async () => {
  paths = await measureHotPaths()
})

test('a warm read-only request enters few functions in few files', () => {
  const [path] = paths
  assert.ok(path !== undefined)
  const table = tableOf(path)
  assert.ok(path.entered.length <= limits.functions, `more than ${limits.functions} functions:\n${table}`)
  assert.ok(path.files <= limits.files, `more than ${limits.files} files:\n${table}`)
})

test('the measurement sees the whole way of a request, each function once', () => {
  const [path] = paths
  const seen = path?.entered.map(({ file, name }) => `${file} ${name}`) ?? []
  for (const wanted of [
    'session/stored.ts openNow',
    'session/stored.ts commit',
    'store/memory.ts read',
    'session/session.ts get',
  ])
    assert.ok(seen.includes(wanted), `${wanted} is missing in:\n${seen.join('\n')}`)
  assert.deepEqual(seen.length, new Set(seen).size)
})

test('a visitor without a cookie enters no store', () => {
  const anonymous = paths.at(-1)?.entered.filter(({ file }) => file.startsWith('store/'))
  assert.deepEqual(anonymous, [])
})
