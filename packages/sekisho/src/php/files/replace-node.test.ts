import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { replaceContent } from './replace-node.ts'

let file: string
before(() => {
  file = join(mkdtempSync(join(tmpdir(), 'sekisho-replace-')), 'session')
})
after(() => rmSync(join(file, '..'), { recursive: true }))

test('longer, shorter, equal and empty content replaces what was there, in the same inode', () => {
  const sizes = [0, 1, 2, 100, 4096, 4097, 9000]
  for (const old of sizes) {
    for (const next of sizes) {
      writeFileSync(file, 'o'.repeat(old))
      const { ino } = statSync(file)
      replaced('o'.repeat(old), 'n'.repeat(next))
      assert.equal(readFileSync(file, 'latin1'), 'n'.repeat(next), `${old} to ${next}`)
      assert.equal(statSync(file).ino, ino)
    }
  }
})

test('a write that the system cuts short leaves the old content, and says so', () => {
  for (const old of [100, 6000]) {
    writeFileSync(file, 'o'.repeat(old))
    const program = `
      import { openSync } from 'node:fs'
      import { replaceContent } from ${JSON.stringify(new URL('replace-node.ts', import.meta.url).href)}
      const fd = openSync(${JSON.stringify(file)}, 'r+')
      try { replaceContent(fd, Buffer.from('o'.repeat(${old})), Buffer.from('n'.repeat(20000))) }
      catch (error) { console.log(error.name + ': ' + error.message) }`
    const node = `ulimit -f 8 && exec "${process.execPath}" --no-warnings --input-type=module --eval '${program.replaceAll("'", String.raw`'\''`)}'`
    // `ulimit -f` counts in units of 1,024 octets in bash, of 512 in dash: a limit between both contents in either.
    const { stdout, stderr } = spawnSync('bash', ['-c', node], { encoding: 'utf8' })
    assert.equal(stderr, '')
    assert.equal(
      stdout.trim(),
      'ShortWrite: only 8192 of 20000 bytes of a session could be written; the session is as it was',
    )
    assert.equal(readFileSync(file, 'latin1'), 'o'.repeat(old))
  }
})

function replaced(old: string, content: string): void {
  const fd = openSync(file, 'r+')
  try {
    replaceContent(fd, Buffer.from(old), Buffer.from(content))
  } finally {
    closeSync(fd)
  }
}
