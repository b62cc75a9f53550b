import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accepted, errorsOf, load, settingsFor, warningsOf } from '../../test/configs.ts'
import { AuthName } from './directives/auth-basic.ts'
import { SessionCookieName } from './directives/session-cookie.ts'
import { SessionCryptoPassphrase } from './directives/session-crypto.ts'
import { Session, SessionHeader, SessionInclude, SessionMaxAge } from './directives/session.ts'

describe('lines', () => {
  it('joins a line that ends in a backslash with the next one, blanks and all', () => {
    assert.equal(settingsFor('Session \\\nOn').get(Session), true)
    assert.deepEqual(settingsFor('SessionInclude "/a\\\n  b"').get(SessionInclude), ['/a  b'])
  })

  it('joins lines before it looks for comments, so that a comment can swallow the next line', () => {
    assert.equal(settingsFor('# a comment \\\nSession On').get(Session), false)
  })

  it('takes a backslash that blanks follow as a character', () => {
    assert.deepEqual(errorsOf(load('Session \\ \nOn')), [
      '1:1 Session must be On or Off',
      "2:1 Invalid command 'On', perhaps misspelled or defined by a module not included in the server configuration",
    ])
  })

  it('removes one of two backslashes at the end of a line and joins it all the same', () => {
    assert.deepEqual(settingsFor('SessionInclude /a\\\\\nb').get(SessionInclude), ['/a\\b'])
  })

  it('keeps a backslash at the end of the file', () => {
    assert.deepEqual(settingsFor('SessionInclude /a\\').get(SessionInclude), ['/a\\'])
  })

  it('takes CRLF as a line end, behind a continuation too', () => {
    const settings = settingsFor('Session \\\r\nOn\r\nSessionMaxAge 10\r\n')
    assert.deepEqual([settings.get(Session), settings.get(SessionMaxAge)], [true, 10])
  })

  it('knows no comments behind a directive', () => {
    assert.deepEqual(errorsOf(load('SessionMaxAge 10 # seconds')), [
      '1:1 SessionMaxAge takes one argument, length of time for which a session should be valid. Zero to disable',
    ])
    const loaded = accepted('SessionCookieName s path=/ # mine')
    assert.deepEqual(warningsOf(loaded), ['1:1 What looks like a comment becomes part of the cookie'])
    assert.deepEqual(loaded.site.main.settings.get(SessionCookieName), { name: 's', attributes: 'path=/ # mine' })
  })

  it('refuses a byte order mark', () => {
    assert.deepEqual(errorsOf(load('\ufeffSession On')).slice(0, 1), [
      String.raw`1:1 Invalid command '\xef\xbb\xbfSession', perhaps misspelled or defined by a module not included in the server configuration`,
    ])
  })

  it('reports the place in the physical line', () => {
    assert.deepEqual(errorsOf(load('Session On\n\n  SessionMaxAge \\\n    abc')), [
      '4:5 "abc" is not a number of seconds',
    ])
  })
})

describe('words', () => {
  it('takes quotes off a word that begins with one, and only then', () => {
    assert.deepEqual(settingsFor('SessionInclude "/a b"').get(SessionInclude), ['/a b'])
    assert.deepEqual(settingsFor("SessionInclude '/a b'").get(SessionInclude), ['/a b'])
    assert.deepEqual(settingsFor('SessionInclude /a"b"').get(SessionInclude), ['/a"b"'])
  })

  it('forgives a missing closing quote', () => {
    assert.deepEqual(settingsFor('SessionInclude "/a b').get(SessionInclude), ['/a b'])
  })

  it('undoes a doubled backslash and an escaped quote between quotes, and nothing else', () => {
    assert.equal(
      settingsFor(String.raw`<Location />
      AuthName "a\"b\\c\d"
    </Location>`).get(AuthName),
      String.raw`a"b\c\d`,
    )
    assert.deepEqual(settingsFor(String.raw`SessionInclude /a\\b\c`).get(SessionInclude), [String.raw`/a\b\c`])
  })

  it('begins a new word directly behind a closing quote', () => {
    assert.deepEqual(
      settingsFor('SessionCryptoPassphrase "one""two"')
        .get(SessionCryptoPassphrase)
        .map((phrase) => phrase.kind === 'text' && phrase.text),
      ['one', 'two'],
    )
  })
})

describe('variables', () => {
  it('replaces a variable in the whole line before it is cut into words', () => {
    const settings = settingsFor('Define Name Header\nDefine Value "X-A"\nSession${Name} "${Value}"')
    assert.equal(settings.get(SessionHeader), 'X-A')
  })

  it('does not respect the case of a variable, but that of IfDefine', () => {
    assert.equal(settingsFor('Define Value On\nSession ${VALUE}').get(Session), true)
    assert.equal(settingsFor('Define Value\n<IfDefine value>\nSession On\n</IfDefine>').get(Session), false)
  })

  it('asks the environment when nobody has defined a variable', () => {
    const loaded = accepted('Session ${SWITCH}', { environment: { SWITCH: 'On' } })
    assert.equal(loaded.site.main.settings.get(Session), true)
  })

  it('leaves an unknown variable as it is and warns, unless its name has a colon', () => {
    const loaded = accepted('<Location />\nAuthName "${NOPE} $X %{Y} ${a:b} $$"\n</Location>')
    assert.deepEqual(warningsOf(loaded), ['2:11 Config variable ${NOPE} is not defined'])
    assert.equal(loaded.site.main.locations[0]?.layer.settings.get(AuthName), '${NOPE} $X %{Y} ${a:b} $$')
  })

  it('acts while it reads: a definition holds below itself and until it is taken back', () => {
    assert.deepEqual(
      warningsOf(load('SessionInclude ${P}\nDefine P /a\nSessionInclude ${P}\nUnDefine P\nSessionInclude ${P}')),
      ['1:16 Config variable ${P} is not defined', '5:16 Config variable ${P} is not defined'],
    )
  })

  it('refuses a name with a colon', () => {
    assert.deepEqual(errorsOf(load('Define a:b 1')), ["1:1 Variable name must not contain ':'"])
  })

  it('reports a mistake in a value at the variable, and one behind it at its own column', () => {
    assert.deepEqual(errorsOf(load('Define LONG /a/very/long/path\nSessionMaxAge ${LONG}')), [
      '2:15 "/a/very/long/path" is not a number of seconds',
    ])
    assert.deepEqual(errorsOf(load('Define N file\n<Location />\nAuthFormProvider ${N} nope\n</Location>')), [
      '3:23 Unknown Authn provider: nope',
    ])
  })

  it('ends with an error when variables double themselves', () => {
    const doubling = Array.from({ length: 64 }, () => 'Define A ${A}${A}').join('\n')
    assert.deepEqual(errorsOf(load(`Define A 0123456789\n${doubling}`)).slice(0, 1), [
      '19:14 The values of variables make the configuration too large',
    ])
  })
})

describe('sections', () => {
  it('must be closed by a tag that says exactly the same name', () => {
    assert.deepEqual(errorsOf(load('<Location /a>\n</LOCATION>')), [])
    assert.deepEqual(errorsOf(load('<Location /a>\n</Directory>\n</Location>')), [
      '2:1 Expected </Location> but saw </Directory>',
    ])
    assert.deepEqual(errorsOf(load('<Location /a>\n</Location >')).slice(0, 1), [
      "2:1 <Location> directive missing closing '>'".replace('<Location', '</Location'),
    ])
  })

  it('must be closed before the file ends', () => {
    assert.deepEqual(errorsOf(load('<Location /a>\n<IfModule mod_session.c>')), [
      '2:1 /etc/site.conf:2: <IfModule> was not closed.',
      '1:1 /etc/site.conf:1: <Location> was not closed.',
    ])
  })

  it('cannot be closed before they are opened', () => {
    assert.deepEqual(errorsOf(load('</Location>')), ['1:1 </Location> without matching <Location> section'])
  })

  it('need their argument, one of it, and the closing bracket', () => {
    assert.deepEqual(errorsOf(load('<Location>\n</Location>')), [
      '1:1 <Location> directive requires additional arguments',
    ])
    assert.deepEqual(errorsOf(load('<Location /a /b>\n</Location>')), [
      '1:14 Multiple <Location> arguments not (yet) supported.',
    ])
    assert.deepEqual(errorsOf(load('<Location /a\n</Location>')), ["1:1 <Location> directive missing closing '>'"])
    assert.deepEqual(errorsOf(load('<LocationMatch "(">\n</LocationMatch>')), ['1:16 Regex could not be compiled'])
    assert.match(errorsOf(load('<If "%{X} ==">\n</If>'))[0] ?? '', /^1:5 Cannot parse condition clause: /)
  })

  it('ignore what follows the bracket', () => {
    assert.deepEqual(errorsOf(load('<Location /a> more\n</Location>')), [])
  })

  it('do not stand in one another unless they may', () => {
    assert.deepEqual(errorsOf(load('<Location /a>\n<Location /b>\n</Location>\n</Location>')), [
      '2:1 <Location not allowed in <Location> context',
    ])
    assert.deepEqual(errorsOf(load('<Location /a>\n<Files b>\n</Files>\n</Location>')), [
      '2:1 <Files not allowed in <Location> context',
    ])
    assert.deepEqual(
      errorsOf(load('<Directory /a>\n<Files b>\n<If "true">\nSession On\n</If>\n</Files>\n</Directory>')),
      [],
    )
    assert.deepEqual(errorsOf(load('<VirtualHost *:80>\n<VirtualHost *:81>\n</VirtualHost>\n</VirtualHost>')), [
      '2:1 <VirtualHost> cannot occur within <VirtualHost> section',
    ])
  })

  it('that would be left out to the loss of what they protect are errors', () => {
    const [error] = load('<Location /a>\n<Limit POST>\nRequire valid-user\n</Limit>\n</Location>', {
      lenient: true,
    }).diagnostics
    assert.deepEqual([error?.severity, error?.code, error?.line], ['error', 'refused-directive', 2])
  })
})
