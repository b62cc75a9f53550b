import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accepted, checkLines, errorsOf, load, problem, problemInside, settingsFor } from '../../test/configs.ts'
import { Redirect } from './directives/alias.ts'
import { ErrorDocument, Listen, ServerName } from './directives/core.ts'
import { Header } from './directives/headers.ts'
import { AllowOverride } from './directives/htaccess.ts'
import { ProxyPass, ProxyPassReverse } from './directives/proxy.ts'

describe('logins', () => {
  it('stand in sections', () => {
    checkLines(problem, {
      'AuthFormProvider file': 'AuthFormProvider not allowed here',
      'AuthType Basic': 'AuthType not allowed here',
      'Require all granted': 'Require not allowed here',
    })
  })

  it('want providers, fields and kinds that exist', () => {
    checkLines(problemInside, {
      'AuthFormProvider zzz': 'Unknown Authn provider: zzz',
      'AuthBasicProvider file ldap': 'Unknown Authn provider: ldap',
      'AuthFormUsername a=b': "AuthFormUsername cannot be empty, or contain '=' or '&'.",
      'AuthFormSize x': '"x" is not a number of bytes',
      'AuthFormLogoutByLink On': undefined,
      'AuthUserFileAllow des plain': undefined,
      'AuthUserFileAllow des md5': 'AuthUserFileAllow takes des and plain, and not md5',
      'AuthFormLogoutLocation %{NOPE}': "Cannot parse expression '%{NOPE}': Variable 'NOPE' does not exist",
      'AuthType Digest': '"Digest" is not one of Basic, Form, None',
      'AuthBasicUseDigestAlgorithm MD5': 'AuthBasicUseDigestAlgorithm: digest passwords are not supported',
    })
  })

  it('check what is required', () => {
    checkLines(problemInside, {
      'Require foo': 'Unknown Authz provider: foo',
      'Require user': undefined,
      'Require all perhaps': "Argument for 'Require all' must be 'granted' or 'denied'",
      'Require method GET FETCH': "Invalid Method 'FETCH'",
      'Require ip': "'require ip' requires an argument",
      'Require ip 10 192.168.0.0/255.255.0.0 2001:db8::/32': undefined,
      'Require ip 300.1.1.1': "ip address '300.1.1.1' appears to be invalid",
      'Require expr "%{REQUEST_METHOD} =="':
        'Cannot parse expression in require line: syntax error, unexpected end of expression',
      'AuthMerging Perhaps': 'AuthMerging must be one of: Off | And | Or',
      '<RequireAny>\nRequire not user a\n</RequireAny>':
        '3:1 negative Require directive has no effect in <RequireAny> directive',
      '<RequireAll>\nRequire not user a\n</RequireAll>':
        '<RequireAll> directive contains only negative authorization directives',
    })
  })
})

describe('mod_proxy, mod_headers and mod_alias', () => {
  it('want a path outside of sections and none inside', () => {
    checkLines(problem, {
      'ProxyPass /a http://h/': undefined,
      'ProxyPass /a !': undefined,
      'ProxyPass http://h/': 'ProxyPass|ProxyPassMatch needs a path when not defined in a location',
      'ProxyPass /a h': 'ProxyPass URL must be absolute!',
      'ProxyPass /a fcgi://h/': 'ProxyPass: fcgi:// is not supported',
      'ProxyPass /a http://h/ timeout': "Invalid ProxyPass parameter. Parameter must be in the form 'key=value'.",
      'ProxyPassMatch ( http://h/': 'Regex could not be compiled',
      'ProxyPassReverse http://h/': 'ProxyPassReverse needs a path when not defined in a location',
      'ProxyRequests On': 'ProxyRequests On would make an open forward proxy, which this gateway is not',
    })
    checkLines(problemInside, {
      'ProxyPass http://h/ timeout=5': undefined,
      'ProxyPass /a http://h/': 'ProxyPass|ProxyPassMatch can not have a path when defined in a location.',
    })
    const [rule] = settingsFor('ProxyPass /a http://h/ timeout=5 max=3').get(ProxyPass)
    assert.deepEqual(
      [rule?.path, rule?.target, Object.fromEntries(rule?.parameters ?? [])],
      ['/a', 'http://h/', { timeout: '5', max: '3' }],
    )
  })

  it('read the actions on headers', () => {
    checkLines(problem, {
      'Header set X-A': 'Header set takes 1 value behind the name of the header',
      'Header unset X-A': undefined,
      'Header frobnicate X-A 1':
        "first argument must be 'set', 'append', 'merge', 'add', 'unset', 'echo', 'edit', 'edit*', 'note', or 'setifempty'.",
      'Header append X-A b envv=C': 'error: envclause should be in the form env=envar',
      'Header edit X-A ( b': 'Header edit regex could not be compiled.',
      'Header set X-A %q': 'Unrecognized header format %q',
      'Header set X-A %{A}q': 'Unrecognized header format %{A}q',
      'RequestHeader set X-A 1': undefined,
      'RequestHeader set X-A 1 early': undefined,
    })
    const [rule] = settingsFor('Header always set X-A "1 2" env=!C').get(Header)
    assert.deepEqual(
      [rule?.action, rule?.header, rule?.value, rule?.always, rule?.environment],
      ['set', 'X-A', { kind: 'fixed', text: '1 2' }, true, '!C'],
    )
  })

  it('keep the order in which the lines of a family stand, and take the path of their section', () => {
    const routes = settingsFor('ProxyPassMatch x !\nProxyPass / http://h/\nProxyPassMatch y http://i/').get(ProxyPass)
    assert.deepEqual(
      routes.map(({ path, regex, target }) => [path ?? regex?.source, target]),
      [
        ['x', undefined],
        ['/', 'http://h/'],
        ['y', 'http://i/'],
      ],
    )
    const section = '<Location /a>\nProxyPass http://h/\nProxyPassReverse http://h/\n</Location>'
    const inside = settingsFor(section, { path: '/a' })
    assert.deepEqual([inside.get(ProxyPass)[0]?.path, inside.get(ProxyPassReverse)[0]?.path], ['/a', '/a'])
  })

  it('pass on by the last line of the last section, and then by those of the server in their order', () => {
    const text = `
ProxyPass /a/x http://one/
ProxyPass / http://two/
ProxyPassReverse / http://two/
<Location /a>
ProxyPass http://three/
ProxyPass http://four/
ProxyPassReverse http://three/
ProxyPassReverse http://four/
</Location>
<Location /a/b>
ProxyPassMatch http://five/
ProxyPassReverse http://five/
</Location>
<VirtualHost *:80>
ProxyPass /c http://six/
</VirtualHost>`
    const at = (path: string) => {
      const settings = settingsFor(text, { path })
      const targets = settings.get(ProxyPass).map(({ target }) => target?.slice(7, -1))
      return [targets, settings.get(ProxyPassReverse).map(({ target }) => target.slice(7, -1))]
    }
    assert.deepEqual(at('/'), [['six', 'one', 'two'], ['two']])
    assert.deepEqual(at('/a/x'), [
      ['four', 'six', 'one', 'two'],
      ['two', 'three', 'four'],
    ])
    assert.deepEqual(at('/a/b'), [
      ['five', 'six', 'one', 'two'],
      ['two', 'three', 'four', 'five'],
    ])
  })

  it('read redirects with and without a status', () => {
    checkLines(problem, {
      'Redirect /a': 'URL to redirect to is missing',
      'Redirect gone /a': undefined,
      'Redirect gone /a /b': 'Redirect URL not valid for this status',
      'Redirect bogus /a /b': 'Redirect: invalid first argument (of three)',
      'Redirect /a b': 'Redirect to non-URL',
      'RedirectMatch ( /b': 'Regex could not be compiled',
    })
    assert.deepEqual(settingsFor('Redirect permanent /a https://h/b').get(Redirect)[0], {
      status: 301,
      path: '/a',
      regex: undefined,
      target: { kind: 'literal', text: 'https://h/b' },
    })
  })
})

describe('the core', () => {
  it('listens on ports and addresses', () => {
    checkLines(problem, {
      Listen: 'Listen requires 1 or 2 arguments.',
      'Listen abc': 'Port must be specified',
      'Listen 0': 'Port must be specified',
      'Listen 99999': 'Port must be specified',
      'Listen 443 h2': 'Listen cannot speak h2',
    })
    assert.deepEqual(settingsFor('Listen 80\nListen [::1]:8443 https').get(Listen), [
      { host: undefined, port: 80, protocol: undefined },
      { host: '::1', port: 8443, protocol: 'https' },
    ])
  })

  it('reads names, documents for errors and overrides', () => {
    checkLines(problem, {
      'ServerName a b': 'ServerName takes one argument, The name that a server answers to and calls itself by',
      'ErrorDocument abc /x': 'Unsupported HTTP response code abc',
      'ServerAlias a': 'ServerAlias not allowed here',
      'AllowOverride All': 'AllowOverride not allowed here',
    })
    assert.deepEqual(settingsFor('ServerName https://EXAMPLE.com:8443').get(ServerName), {
      scheme: 'https',
      host: 'example.com',
      port: 8443,
    })
    assert.deepEqual(settingsFor('ErrorDocument 404 "not here"').get(ErrorDocument).get('404'), {
      kind: 'text',
      value: { kind: 'literal', text: 'not here' },
    })
    const loaded = accepted('<Directory /w>\nAllowOverride AuthConfig Options=Indexes\n</Directory>')
    assert.deepEqual(
      [...(loaded.site.main.directories[0]?.layer.settings.get(AllowOverride) ?? [])],
      ['AuthConfig', 'Options'],
    )
  })

  it('reads the formats of access logs, and for which requests they are', () => {
    checkLines(problem, {
      'CustomLog a common': undefined,
      'CustomLog a "%400,501{User-agent}i %!200s %>s %{usec}t %%"': undefined,
      'CustomLog a %Z': 'Unrecognized LogFormat directive %Z',
      'CustomLog a %{x}b': 'Unrecognized LogFormat directive %{x}b',
      'LogFormat "%" a': 'Unrecognized LogFormat directive %',
      'CustomLog a common env=x': undefined,
      'CustomLog a common x': 'error in condition clause',
      'CustomLog a common "expr=("': 'error in condition clause: syntax error, unexpected end of expression',
    })
  })

  it('needs both files for TLS', () => {
    checkLines(problem, {
      'SSLEngine on': 'SSLEngine on needs SSLCertificateFile and SSLCertificateKeyFile',
      'SSLEngine maybe': 'Argument must be On, Off, or Optional',
    })
    assert.deepEqual(errorsOf(load('SSLEngine on\nSSLCertificateFile a\nSSLCertificateKeyFile b')), [])
  })

  it('stops where Error says so', () => {
    assert.equal(problem('Error "not on this machine"'), 'not on this machine')
  })
})
