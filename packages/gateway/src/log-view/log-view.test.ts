import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isWanted } from './entry.ts'
import { lastLines } from './last-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-log-view-'))
after(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const path = join(folder, 'error.log')
  writeFileSync(path, text)
  return path
}

const all = (): boolean => true

describe('the last lines of a file', () => {
  it('are whole ones, and what is still being written comes later', () => {
    assert.deepEqual(lastLines(fileOf('one\ntwo\nthr'), 5, all), { lines: ['one', 'two'], position: 8 })
    assert.deepEqual(lastLines(fileOf('on'), 5, all), { lines: [], position: 0 })
    assert.deepEqual(lastLines(fileOf(''), 5, all), { lines: [], position: 0 })
    assert.deepEqual(lastLines(fileOf('one\n\nthree\n'), 2, all), { lines: ['', 'three'], position: 11 })
    assert.deepEqual(lastLines(fileOf('one\n'), 0, all), { lines: [], position: 4 })
  })

  it('may be longer than what is read at once, and more', () => {
    const long = Array.from({ length: 9 }, (_, index) => String(index).repeat(50_000))
    assert.deepEqual(lastLines(fileOf(`${long.join('\n')}\n`), 4, all).lines, long.slice(-4))
    const many = Array.from({ length: 30_000 }, (_, index) => `line ${index}`)
    assert.deepEqual(lastLines(fileOf(`${many.join('\n')}\n`), 20_000, all).lines, many.slice(-20_000))
  })

  it('are counted when they are wanted', () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `${index % 7000 === 0 ? 'bad' : 'good'} ${index}`)
    const { lines: found } = lastLines(fileOf(`${lines.join('\n')}\n`), 3, (line) => line.startsWith('bad'))
    assert.deepEqual(found, ['bad 14000', 'bad 21000', 'bad 28000'])
  })
})

describe('a line of the log', () => {
  const line = (about: string): string => `[Sun Nov 22 03:29:01.123000 2026] [${about}] [pid 7] something`

  it('is wanted by how grave it is', () => {
    assert.equal(isWanted(line('core:error'), { level: 'warn' }), true)
    assert.equal(isWanted(line('core:warn'), { level: 'warn' }), true)
    assert.equal(isWanted(line('core:info'), { level: 'warn' }), false)
  })

  it('is wanted by what it is about; logins are all that checks passwords', () => {
    assert.equal(isWanted(line('session:info'), { about: 'session' }), true)
    assert.equal(isWanted(line('auth_form:info'), { about: 'login' }), true)
    assert.equal(isWanted(line('auth:info'), { about: 'login' }), true)
    assert.equal(isWanted(line('proxy:info'), { about: 'login' }), false)
  })

  it('in another form is wanted only when nothing is filtered', () => {
    assert.equal(isWanted('anything', {}), true)
    assert.equal(isWanted('anything', { level: 'trace8' }), false)
  })
})
