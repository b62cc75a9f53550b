import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accepted, errorsOf, load, settingsFor } from '../../test/configs.ts'
import { Session, SessionInclude } from './directives/session.ts'

describe('conditions of reading time', () => {
  it('skip what they guard, without a look, as long as its sections are balanced', () => {
    const text = '<IfModule mod_nope.c>\nFrobnicate\n<Foo>\n</Foo>\n</IfModule>\nSession On'
    const loaded = accepted(text)
    assert.equal(loaded.site.main.settings.get(Session), true)
    assert.deepEqual(loaded.skipped, [
      { name: 'IfModule', argument: 'mod_nope.c', place: { file: '/etc/site.conf', line: 1, column: 1 } },
    ])
    assert.deepEqual(errorsOf(load('<IfModule nope>\n<Foo>\n</Bar>\n</IfModule>')), [
      '3:1 Expected </Foo> but saw </Bar>',
    ])
  })

  it('know the modules of the gateway by file and by identifier', () => {
    const guarded = (name: string) => settingsFor(`<IfModule ${name}>\nSession On\n</IfModule>`).get(Session)
    const answers = [
      'mod_session.c',
      'session_module',
      '!mod_session.c',
      'mod_rewrite.c',
      '!mod_rewrite.c',
      'MOD_SESSION.C',
    ].map(guarded)
    assert.deepEqual(answers, [true, true, false, false, true, false])
  })

  it('compare versions', () => {
    const guarded = (test: string) => settingsFor(`<IfVersion ${test}>\nSession On\n</IfVersion>`).get(Session)
    assert.deepEqual(
      ['>= 2.4', '2.4.71', '= 2.4', '< 2.4', '!< 2.4', '> 2.4.70', '~ ^2\\.4', '= /^2\\.3/'].map(guarded),
      [true, true, false, false, true, true, true, false],
    )
    assert.deepEqual(errorsOf(load('<IfVersion ? 2>\n</IfVersion>')), ["1:1 <IfVersion>: unrecognized operator '?'"])
  })

  it('ask for files, directives and sections', () => {
    const others = { '/etc/there': '' }
    const guarded = (name: string) =>
      accepted(`<${name}>\nSession On\n</${name.split(' ', 1)[0]}>`, { others }).site.main.settings.get(Session)
    assert.deepEqual(
      [
        'IfFile there',
        'IfFile not-there',
        'IfDirective Session',
        'IfDirective Nope',
        'IfSection Location',
        'IfSection Nope',
      ].map(guarded),
      [true, false, true, false, true, false],
    )
  })
})

describe('Include', () => {
  it('reads a file, the files of a directory in the order of their names, or those that match a pattern', () => {
    const others = {
      '/etc/a.conf': 'SessionInclude /a',
      '/etc/d/2': 'SessionInclude /2',
      '/etc/d/1': 'SessionInclude /1',
      '/etc/d/x/3': 'SessionInclude /3',
    }
    const included = (text: string) => accepted(text, { others }).site.main.settings.get(SessionInclude)
    assert.deepEqual(included('Include a.conf'), ['/a'])
    assert.deepEqual(included('Include /etc/d'), ['/1', '/2', '/3'])
    assert.deepEqual(included('Include d/[2-9]\nInclude "d/*/3"'), ['/2', '/3'])
  })

  it('puts what it reads where it stands', () => {
    const loaded = accepted('<Location /a>\nInclude part\n</Location>', { others: { '/etc/part': 'Session On' } })
    assert.equal(loaded.site.main.locations[0]?.layer.settings.get(Session), true)
  })

  it('must find something, unless it is optional', () => {
    assert.deepEqual(errorsOf(load('Include nope')), ['1:9 Could not open configuration file /etc/nope'])
    assert.deepEqual(errorsOf(load('Include nope/*')), [
      "1:9 No matches for the wildcard '/etc/nope/*', failing (use IncludeOptional if required)",
    ])
    assert.deepEqual(errorsOf(load('IncludeOptional nope\nIncludeOptional nope/*')), [])
  })

  it('refuses a file that includes itself, and says by which way', () => {
    const loaded = load('Include b', { others: { '/etc/b': 'Session On\nInclude site.conf' } })
    const [error] = loaded.diagnostics
    assert.deepEqual(
      [error?.code, error?.file, error?.line, error?.found],
      ['include-cycle', '/etc/b', 2, '/etc/site.conf includes /etc/b includes /etc/site.conf'],
    )
  })

  it('belongs to the server root from the line on that sets it', () => {
    const loaded = accepted('ServerRoot /srv\nInclude a', { others: { '/srv/a': 'Session On' } })
    assert.deepEqual([loaded.serverRoot, loaded.site.main.settings.get(Session)], ['/srv', true])
  })

  it('must be balanced file by file', () => {
    assert.deepEqual(errorsOf(load('<Location /a>\nInclude b', { others: { '/etc/b': '</Location>' } })), [
      '1:1 </Location> without matching <Location> section',
      '1:1 /etc/site.conf:1: <Location> was not closed.',
    ])
  })
})
