import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseTarget } from './target.ts'

const none = new Map<string, string>()

it('reads where an app is', () => {
  const place = (text: string): unknown[] => {
    const { secure, host, port, socketPath, authority, base } = parseTarget(text)
    return [secure, host, port, socketPath, authority, base]
  }
  assert.deepEqual(place('http://127.0.0.1:3000/app'), [false, '127.0.0.1', 3000, undefined, '127.0.0.1:3000', '/app'])
  assert.deepEqual(place('HTTPS://App.Example/'), [true, 'app.example', 443, undefined, 'app.example', '/'])
  assert.deepEqual(place('http://app:80'), [false, 'app', 80, undefined, 'app', ''])
  assert.deepEqual(place('ws://[::1]:81/x'), [false, '::1', 81, undefined, '[::1]:81', '/x'])
  assert.deepEqual(place('wss://app'), [true, 'app', 443, undefined, 'app', ''])
  assert.deepEqual(place('unix:/run/app.sock|http://app/x'), [false, 'app', 80, '/run/app.sock', 'app', '/x'])
  assert.deepEqual(place('http://app$1'), [false, 'app', 80, undefined, 'app', '$1'])
})

it('escapes what a path cannot hold, and nothing twice', () => {
  assert.equal(parseTarget('http://app/a b/%20/é?$1%').base, '/a%20b/%20/%C3%A9%3F$1%25')
})

it('reads the parameters of a line', () => {
  const parameters = new Map([
    ['timeout', '5'],
    ['connectiontimeout', '250ms'],
    ['retry', '0'],
    ['ttl', '2s'],
    ['max', '20'],
    ['upgrade', 'ANY'],
    ['nocanon', ''],
    ['noquery', ''],
    ['flushpackets', 'on'],
    ['keepalive', 'On'],
  ])
  const { timeoutMs, tunnelTimeoutMs, connectTimeoutMs, retryMs, keepMs, max, upgrade, nocanon, noquery } = parseTarget(
    'http://app/',
    parameters,
  )
  assert.deepEqual(
    [timeoutMs, tunnelTimeoutMs, connectTimeoutMs, retryMs, keepMs, max, upgrade, nocanon, noquery],
    [5000, 5000, 250, 0, 2000, 20, 'any', true, true],
  )
})

it('has defaults', () => {
  const { timeoutMs, tunnelTimeoutMs, connectTimeoutMs, retryMs, keepMs, max, upgrade, nocanon } =
    parseTarget('http://app/')
  assert.deepEqual(
    [timeoutMs, tunnelTimeoutMs, connectTimeoutMs, retryMs, keepMs, max, upgrade, nocanon],
    [60_000, undefined, 60_000, 0, 60_000, undefined, 'websocket', false],
  )
  assert.equal(parseTarget('http://app/', none, { timeout: 9 }).timeoutMs, 9000)
  assert.equal(parseTarget('http://app/', new Map([['disablereuse', 'on']])).keepMs, 0)
  assert.equal(parseTarget('http://app/', new Map([['enablereuse', 'off']])).keepMs, 0)
})

it('is the same for lines that can share connections', () => {
  const key = (text: string, parameters = none): string => parseTarget(text, parameters).key
  assert.equal(key('http://app/a'), key('http://APP:80/b'))
  assert.notEqual(key('http://app/'), key('https://app/'))
  assert.notEqual(key('http://app/'), key('unix:/run/a|http://app/'))
  assert.notEqual(key('http://app/'), key('http://app/', new Map([['timeout', '1']])))
})

it('refuses what is no target', () => {
  const targets = [
    ['app', '', '/app', 'ftp://app/', 'http://', 'http:///x', 'unix:|http://app/', 'unix:/run/a', 'http://a:99999/'],
    ['http://user:secret@app/', 'http://app$1.example/', 'http://$1/', 'http://app?x', 'http://a b/'],
  ].flat()
  for (const text of targets) assert.throws(() => parseTarget(text), { code: 'ERR_OPTION' }, text)
  assert.throws(
    () => parseTarget('http://user:secret@app/'),
    (error: Error) => !error.message.includes('secret'),
  )
})

it('says which parameter is wrong, what was expected and what was found', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['timeout', '0'],
    ['timeout', 'soon'],
    ['connectiontimeout', '-1'],
    ['retry', '1.5'],
    ['ttl', '1h'],
    ['max', '0'],
    ['disablereuse', 'yes'],
  ]
  for (const [key, value] of wrong)
    assert.throws(
      () => parseTarget('http://app/', new Map([[key, value]])),
      new RegExp(`^SekishoUsageError: the ${key} of ProxyPass must be .+; found "${value}"$`),
    )
})
