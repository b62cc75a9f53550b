import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readUsers } from './password-file.ts'

const hash = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='
const slower = '$apr1$Wh7focA6$yyD3fZORa1JJr/CyATIKF.'
const slowest =
  '$6$rounds=20000$n0XPqxCbvYlaqbbi$vCRZHk3W3ypDoC6NWH9yUwxtB66k9wp5KOqOXL0TtsX9LsoyGrBqpXtOLyTuctZ69JNuufXQqbQHWe1SfF64a0'

function usersIn(text: string): Record<string, string> {
  return Object.fromEntries(readUsers(text, '/etc/users').stored)
}

describe('a password file', () => {
  it('is read line by line as Apache reads it', () => {
    const lines = [
      `bob:${hash}`,
      '# comment:x',
      '   #indented:x',
      '',
      '  \t',
      `  leading:${hash}  `,
      `trailing :${hash}`,
      `Bob:${slower}`,
      `extra:${hash}:1000:a comment`,
      `several::${hash}`,
      'empty:',
      'no colon',
      `山田:${hash}`,
      `two words:${hash}`,
      `${String.raw`conti\ `}nued:${hash}`,
    ]
    const expected = {
      bob: hash,
      leading: hash,
      'trailing ': hash,
      Bob: slower,
      extra: hash,
      several: hash,
      empty: '',
      山田: hash,
      'two words': hash,
      [String.raw`conti\ nued`]: hash,
    }
    assert.deepEqual(usersIn(lines.join('\n')), expected)
    assert.deepEqual(usersIn(lines.join('\r\n')), expected)
  })

  it('joins lines at a backslash, comments too', () => {
    assert.deepEqual(usersIn(`cont\\\ninued:${hash}\n# a comment \\\nswallowed:${hash}\nlast:${hash}\\`), {
      continued: hash,
      last: `${hash}\\`,
    })
  })

  it('takes the first of several lines for a user, and says so', () => {
    const { stored, findings } = readUsers(`bob:${hash}\nann:${hash}\nbob:${slower}\n`, '/etc/users')
    assert.equal(stored.get('bob'), hash)
    assert.deepEqual(
      findings.map(({ file, line, message }) => `${file}:${line} ${message}`),
      ['/etc/users:3 There is a line for bob above, and the first one counts'],
    )
  })

  it('names the line of a hash that it does not take, and what mends it; never the hash', () => {
    const lines = [`ann:${hash}`, 'old:7YPZxgGzxdL7s', 'open:sesame street', 'odd:$9$abc', 'no colon']
    const { findings } = readUsers(lines.join('\n'), '/etc/users')
    assert.deepEqual(
      findings.map(({ line, severity, message, fix }) => [line, severity, message, fix]),
      [
        [
          2,
          'warning',
          'old cannot log in: the hash is DES, of which only eight characters count',
          'set a new password: sekisho htpasswd /etc/users old',
        ],
        [
          3,
          'warning',
          'open cannot log in: the password is kept as plain text',
          'set a new password: sekisho htpasswd /etc/users open',
        ],
        [
          4,
          'warning',
          'odd cannot log in: the kind of the hash is not known, or it is damaged',
          'set a new password: sekisho htpasswd /etc/users odd',
        ],
        [5, 'warning', 'There is no colon in this line', 'write user:hash, as "sekisho htpasswd" does'],
      ],
    )
    assert.doesNotMatch(JSON.stringify(findings), /7YPZ|sesame|\$9\$/)
    assert.equal(readUsers('old:7YPZxgGzxdL7s', '/etc/users', new Set(['des'])).findings.length, 0)
  })

  it('does not say the same of a thousand lines', () => {
    const text = Array.from({ length: 1000 }, (_, number) => `user${number}:7YPZxgGzxdL7s`).join('\n')
    const { stored, findings } = readUsers(text, '/etc/users')
    assert.equal(stored.size, 1000)
    assert.equal(findings.length, 100)
  })

  it('knows the line that takes the most work, of those that can be used', () => {
    const { costliest } = readUsers(`a:${hash}\nb:${slowest}\nc:${slower}\nd:$2y$17$x`, '/etc/users')
    assert.equal(costliest, slowest)
    assert.match(readUsers('', '/etc/users').costliest, /^\$2y\$05\$/)
  })
})
