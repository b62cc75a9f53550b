import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explainShellLine, shellLineKinds, shellLinesOf } from './shell-lines.ts'

const here = (line: string): readonly string[] | undefined => explainShellLine(line)?.here

describe('a line for the shell', () => {
  it('of each kind is recognised by its own example, and by no kind before it', () => {
    for (const kind of shellLineKinds) {
      const answer = explainShellLine(kind.example)
      assert.equal(answer?.meaning, kind.answer(kind.form.exec(kind.example)?.groups ?? {}, 'site.conf').meaning)
    }
  })

  it('may have a prompt, sudo and blanks', () => {
    for (const line of ['$ sudo -E  a2enmod   session', '# a2enmod session', '  a2enmod session'])
      assert.deepEqual(here(line), ['sekisho enable session --config site.conf'])
  })

  it('may name several modules, in any of their forms, and options', () => {
    assert.deepEqual(here('a2enmod -q session mod_session_cookie session_crypto_module'), [
      'sekisho enable session session_cookie session_crypto --config site.conf',
    ])
    assert.deepEqual(here('a2dismod session_dbd'), ['sekisho disable session_dbd --config site.conf'])
  })

  it('names the configuration that is meant', () => {
    assert.deepEqual(explainShellLine('apachectl -t', '/etc/site.conf')?.here, ['sekisho check /etc/site.conf'])
  })

  it('is the same whatever the system calls the server', () => {
    const restarts = [
      'systemctl restart apache2',
      'systemctl reload httpd.service',
      'service apache2 restart',
      'apachectl graceful',
      'httpd -k restart',
    ]
    for (const line of restarts)
      assert.deepEqual(here(line), ['sekisho check site.conf && systemctl reload sekisho'], line)
    for (const line of ['systemctl status mariadb', 'pg_isready -h db', 'redis-cli ping', 'service mysql status'])
      assert.deepEqual(here(line), ['sekisho doctor site.conf'], line)
  })

  it('about a log is followed when it was, and only then', () => {
    assert.deepEqual(here('tail -n 50 -f /var/log/httpd/error_log'), ['sekisho log -f site.conf'])
    assert.deepEqual(here('less /var/log/apache2/error.log'), ['sekisho log site.conf'])
    assert.deepEqual(here('journalctl -u apache2 -f'), ['sekisho log -f site.conf'])
    assert.equal(here('tail -f /var/log/syslog'), undefined)
  })

  it('with a password is answered without it', () => {
    const answer = explainShellLine('htpasswd -cb /etc/.htpasswd alice secret')
    assert.deepEqual(answer?.here, ['sekisho htpasswd --create /etc/.htpasswd alice'])
    assert.doesNotMatch(JSON.stringify(answer), /secret/)
    assert.deepEqual(here('htpasswd -D /etc/.htpasswd alice'), ['sekisho htpasswd --delete /etc/.htpasswd alice'])
  })

  it('that is none of these has no answer', () => {
    for (const line of ['rm -rf /', 'apt install nginx', 'systemctl restart nginx', 'Session On', ''])
      assert.equal(here(line), undefined, line)
  })

  it('may be several', () => {
    assert.deepEqual(shellLinesOf('a2enmod x && systemctl restart apache2\n\n df -h; df'), [
      'a2enmod x',
      'systemctl restart apache2',
      'df -h',
      'df',
    ])
  })
})
