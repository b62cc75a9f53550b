import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Diagnostics, formatDiagnostic } from './diagnostics.ts'
import { withoutSecrets } from './secrets.ts'
import { Source } from './source.ts'

describe('a line that is shown', () => {
  it('has no passphrase in it, not even where the directive is misspelt', () => {
    assert.equal(withoutSecrets('    SessionCryptoPassphrase MySecretKey123'), '    SessionCryptoPassphrase …')
    assert.equal(withoutSecrets('SessionCryptPassphrase "two words" another'), 'SessionCryptPassphrase …')
    assert.equal(withoutSecrets('AuthFormSitePassphrase tea'), 'AuthFormSitePassphrase …')
  })

  it('keeps what is no secret: the program and the file that have the passphrase', () => {
    for (const line of [
      'SessionCryptoPassphrase exec:/bin/cat key',
      'SessionCryptoPassphraseFile /etc/key',
      'ProxyPass / http://app/',
    ])
      assert.equal(withoutSecrets(line), line)
  })

  it('has no password of a database, of a URL or of a header in it', () => {
    assert.equal(
      withoutSecrets('DBDParams "host=db,user=shop,pass=tea,dbname=shop"'),
      'DBDParams "host=db,user=shop,pass=…,dbname=shop"',
    )
    assert.equal(
      withoutSecrets(`DBDParams "user=shop password='a b' dbname=shop"`),
      'DBDParams "user=shop password=… dbname=shop"',
    )
    assert.equal(withoutSecrets('DBDParams postgresql://shop:tea@db/shop'), 'DBDParams postgresql://shop:…@db/shop')
    assert.equal(withoutSecrets('SessionRedisURL redis://:tea@cache:6379/0'), 'SessionRedisURL redis://:…@cache:6379/0')
    assert.equal(
      withoutSecrets('RequestHeader set Authorization "Basic dGVh"'),
      'RequestHeader set Authorization "Basic …"',
    )
  })

  it('is what a finding about it shows', () => {
    const source = new Source('site.conf', 'SessionCryptoPassphrase secret\n')
    const found = new Diagnostics()
    found.add(
      'warning',
      { file: 'site.conf', line: 1, column: 1 },
      { code: 'weak-setting', message: 'The passphrase is short' },
    )
    const [finding] = found.list
    assert.ok(finding)
    assert.doesNotMatch(formatDiagnostic(finding, source), /secret/)
  })
})
