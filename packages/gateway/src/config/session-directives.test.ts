import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkLines, errorsOf, load, problem, settingsFor, warningsOf } from '../../test/configs.ts'
import { SessionCryptoPassphrase } from './directives/session-crypto.ts'
import { SessionStoreFileName, SessionTimeout } from './directives/session.ts'

describe('mod_session', () => {
  it('switches by On and Off in any case, and mentions words that it ignores', () => {
    checkLines(problem, {
      'Session on': undefined,
      'Session OFF': undefined,
      Session: 'Session must be On or Off',
      'Session maybe': 'Session must be On or Off',
    })
    assert.deepEqual(warningsOf(load('Session On Off')), ['1:12 What follows On is ignored'])
  })

  it('counts in whole numbers', () => {
    checkLines(problem, {
      'SessionMaxAge 0': undefined,
      'SessionMaxAge -5': '"-5" is not a number of seconds',
      'SessionMaxAge 30abc': '"30abc" is not a number of seconds',
      'SessionMaxAge 9223372036854775807': '"9223372036854775807" is not a number of seconds',
      'SessionExpiryUpdateInterval 10': undefined,
      'SessionExpiryUpdateInterval -1': 'SessionExpiryUpdateInterval must be zero (disable) or a positive value',
    })
  })

  it('takes a header by a name that can be one', () => {
    checkLines(problem, {
      'SessionHeader X-A': undefined,
      'SessionHeader "X A"': '"X A" cannot be the name of a header',
    })
  })

  it('knows its stores', () => {
    const message = 'SessionStore must be one of cookie, file, dbd, redis, memory'
    checkLines(problem, {
      'SessionStore FILE': undefined,
      'SessionStore files': message,
      'SessionStore sqlite': message,
    })
  })

  it('wants the id in the name of the file, once', () => {
    const message = 'SessionStoreFileName must contain %{SESSIONID}'
    checkLines(problem, {
      'SessionStoreFileName /a/%{SESSIONID}': undefined,
      'SessionStoreFileName /a/b': message,
      'SessionStoreFileName /%{SESSIONID}/%{SESSIONID}': message,
      'SessionStoreFileName /a/%{SESSIONID:0:2}/%{SESSIONID}': undefined,
      'SessionStoreFileName /a/%{USER}/%{SESSIONID}':
        'SessionStoreFileName knows %{SESSIONID} and %{SESSIONID:start:length} only',
    })
    assert.equal(settingsFor('SessionStoreFileName s/%{SESSIONID}').get(SessionStoreFileName), '/etc/s/%{SESSIONID}')
  })

  it('takes a timeout in seconds or with a unit', () => {
    const message = 'SessionTimeout must be a number of seconds of at least 1'
    checkLines(problem, {
      'SessionTimeout 0': message,
      'SessionTimeout -1': message,
      'SessionTimeout 1.5': message,
      'SessionTimeout 9999999999d': message,
    })
    assert.deepEqual(
      ['1800', '90s', '30m', '2h'].map((value) => settingsFor(`SessionTimeout ${value}`).get(SessionTimeout)),
      [1800, 90, 1800, 7200],
    )
  })

  it('refuses to carry a session in a URL, and says why', () => {
    assert.match(problem('SessionURLParameter sid') ?? '', /^A session cannot be carried in a URL parameter: /)
  })
})

describe('mod_session_cookie and mod_session_dbd', () => {
  it('refuse names that cannot be', () => {
    const cookie = "SessionCookieName cannot be empty, or contain '=' or '&'."
    const dbd = "SessionDBDCookieName cannot contain '=', ';' or '&'."
    checkLines(problem, {
      SessionCookieName: cookie,
      'SessionCookieName a=b': cookie,
      'SessionCookieName a;b': undefined,
      SessionDBDCookieName: 'SessionDBDCookieName requires at least one argument!',
      'SessionDBDCookieName a;b': dbd,
      'SessionDBDCookieName a path=/; Secure': undefined,
    })
    assert.deepEqual(warningsOf(load('SessionCookieName "s" path=/')), [
      '1:1 Browsers do not return a cookie named "s" as it was sent',
    ])
  })

  it('count the parameters of a statement, by position or by name', () => {
    checkLines(problem, {
      'SessionDBDInsertSQL "INSERT INTO s VALUES (%s, %s)"': undefined,
      'SessionDBDInsertSQL "INSERT INTO s (value, expiry, key) VALUES (%s, %lld, %s)"': undefined,
      'SessionDBDInsertSQL "INSERT INTO s VALUES (%{id}, %{data}, %{expiry})"': undefined,
      'SessionDBDInsertSQL "INSERT INTO s VALUES (%s)"':
        'SessionDBDInsertSQL must have the parameters (id, data) or (data, expiry, id)',
      'SessionDBDInsertSQL "INSERT INTO s VALUES (%{id}, %s)"':
        'SessionDBDInsertSQL must have the parameters (id, data) or (data, expiry, id)',
      'SessionDBDSelectSQL "SELECT data FROM s WHERE name LIKE \'100%%\' AND id = %s"': undefined,
      'SessionDBDUpdateSQL "UPDATE s SET value = %s, expiry = %lld, key = %s WHERE key = %s"': undefined,
      'SessionDBDUpdateSQL "UPDATE s SET value = %s, expiry = %s WHERE key = %s"':
        'SessionDBDUpdateSQL must have the parameters (data, id) or (data, expiry, newid, id) or (data, expiry, id)',
      'SessionDBDCleanSQL "DELETE FROM s WHERE expiry < %lld"': undefined,
    })
  })
})

describe('mod_session_crypto', () => {
  it('collects passphrases of several lines and words, and programs', () => {
    const settings = settingsFor(
      'SessionCryptoPassphrase "two words" other\nSessionCryptoPassphrase "exec:bin/key --long"',
    )
    assert.deepEqual(settings.get(SessionCryptoPassphrase), [
      { kind: 'text', text: 'two words' },
      { kind: 'text', text: 'other' },
      { kind: 'exec', command: ['/etc/bin/key', '--long'] },
    ])
  })

  it('wants a passphrase and a cipher that exist', () => {
    assert.match(
      problem('SessionCryptoPassphrase ""') ?? '',
      /^SessionCryptoPassphrase requires at least one argument, The passphrase\(s\) used to encrypt/,
    )
    const text = load('SessionCryptoPassphrase 0123456789abcdef\nSessionCryptoCipher AES256-GCM').diagnostics
    assert.equal(
      text[0]?.message,
      "cipher 'AES256-GCM' not recognised by crypto driver. session encryption not possible, options: aes256, 3des192, aes128, aes192, xaes256",
    )
    assert.equal(text[0]?.fix, 'write aes256')
    assert.equal(problem('SessionCryptoCipher aes256'), 'SessionCryptoPassphrase not set')
    assert.equal(
      problem('<VirtualHost *:80>\nSessionCryptoDriver openssl\n</VirtualHost>')?.slice(4),
      'SessionCryptoDriver cannot occur within <VirtualHost> section',
    )
  })

  it('knows which cipher the real server does not have', () => {
    const text = 'SessionCryptoPassphrase 0123456789abcdef\nSessionCryptoCipher xaes256'
    assert.deepEqual(errorsOf(load(text)), [])
    const asApache = { asApache: true, hasModule: () => true }
    const [found, ...others] = load(text, asApache).diagnostics.filter(({ code }) => code === 'differs-in-apache')
    assert.deepEqual([found?.line, found?.column, others], [2, 21, []])
    assert.deepEqual(errorsOf(load(text.replace('xaes256', 'aes256'), asApache)), [])
  })

  it('never quotes a passphrase', () => {
    const loaded = load('SessionCryptoPassphrase hunter2\nSessionCryptoPassphrase')
    assert.ok(loaded.diagnostics.length > 1)
    assert.doesNotMatch(JSON.stringify(loaded.diagnostics), /hunter2/)
  })
})
