import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { LogFile } from './log-file.ts'

it('appends lines in order, survives a rotation without losing one, and ends with all of them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'a.log')
  const file = new LogFile(path)
  const other = new LogFile(path)
  for (let number = 0; number < 1000; number += 1) file.write(`${number}\n`)
  other.write('of another process\n')
  await Promise.all([file.idle(), other.idle()])
  renameSync(path, `${path}.1`)
  file.write('old\n')
  file.reopen()
  file.write('new\n')
  await file.close()
  await other.close()
  file.write('too late\n')
  const lines = `${readFileSync(`${path}.1`, 'utf8')}${readFileSync(path, 'utf8')}`.trim().split('\n')
  assert.deepEqual(
    lines.filter((line) => /^\d+$/.test(line)),
    Array.from({ length: 1000 }, (_, number) => String(number)),
  )
  assert.deepEqual(lines.filter((line) => !/^\d+$/.test(line)).toSorted(), ['new', 'of another process', 'old'])
})

it('cannot be opened where there is no folder', () => {
  assert.throws(() => new LogFile('/nowhere/a.log'), { code: 'ENOENT' })
})
