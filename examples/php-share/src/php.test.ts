import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPhp } from './php.ts'
import { Failure } from './program.ts'

const mend = ': sudo apt-get install apache2-bin php-fpm'

test('what is missing is said with the line that mends it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-php-share-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const has = (name: string, says: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 })
  const php = new Failure(`this example needs php-fpm 8.1 or later${mend}`)
  assert.throws(() => findPhp([folder]), php)
  has('apache2', '')
  has('php-fpm7.4', 'PHP 7.4.33 (fpm-fcgi)')
  assert.throws(() => findPhp([folder]), php)
  has('php-fpm8.1', 'PHP 8.1.2 (fpm-fcgi)')
  assert.deepEqual(findPhp([folder]), { apache: join(folder, 'apache2'), fpm: join(folder, 'php-fpm8.1') })
  rmSync(join(folder, 'apache2'))
  assert.throws(() => findPhp([folder]), new Failure(`this example needs Apache with mod_proxy_fcgi${mend}`))
})
