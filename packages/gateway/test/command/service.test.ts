import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { unitText } from '../../src/service/unit.ts'
import { listingFile } from '../snippets/article.ts'
import { typeAt } from './pty.ts'
import { runSekisho } from './run.ts'
import { writtenSites } from './written.ts'

const { folder, site } = writtenSites()

/** Throws when it is not installed; says how to mend that. */
function systemdAnalyze(...words: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', words, { encoding: 'utf8', timeout: 30_000 })
  if (error !== undefined) throw new Error('systemd-analyze is missing: apt-get install systemd', { cause: error })
  return { status, output: `${stdout}${stderr}` }
}

async function unitOf(conf: string, ...words: string[]): Promise<string> {
  const { stdout, stderr, code } = await runSekisho(['service', conf, '--user', 'root', ...words])
  assert.equal(code, 0, stderr)
  return stdout
}

describe('sekisho service', () => {
  it('prints a unit that systemd takes, and finds little to expose', async () => {
    const unit = site(await unitOf(listingFile(11)), 'sekisho.service')
    const verified = systemdAnalyze('verify', '--man=no', unit)
    assert.deepEqual([verified.status, verified.output.includes('sekisho.service')], [0, false], verified.output)
    const { output } = systemdAnalyze('security', '--offline=true', '--no-pager', unit)
    const exposure = Number(/exposure level for sekisho\.service: ([\d.]+)/.exec(output)?.[1])
    assert.ok(exposure < 3, output)
  })

  it('writes what the configuration writes, and binds low ports where it listens there', async () => {
    const conf = site(`Listen 443
ErrorLog /var/log/shop/error.log
CustomLog /var/log/sekisho/access.log "%h"
SessionStoreFileName /srv/sessions/%{SESSIONID:0:2}/%{SESSIONID}
DBDriver sqlite3
DBDParams /srv/db/sessions.db
`)
    const unit = await unitOf(conf, '--drain', '90', '--lenient', '-D', 'production')
    assert.deepEqual(unit.match(/^ReadWritePaths=.*$/gm), [
      'ReadWritePaths=-/srv/db',
      'ReadWritePaths=-/srv/sessions',
      'ReadWritePaths=-/var/log/shop',
    ])
    assert.match(unit, /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m)
    assert.match(unit, new RegExp(`^ExecStart=.* serve ${conf} --lenient -D production --drain 90$`, 'm'))
    assert.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m)
    assert.match(unit, /^KillSignal=SIGTERM$/m)
    assert.match(unit, /^TimeoutStopSec=100$/m)
  })

  it('quotes what systemd would take for something else', () => {
    const unit = unitText({
      file: '/srv/my site/50%.conf',
      program: ['/usr/bin/node', '/opt/se"kisho/$main.js'],
      words: [],
      user: 'web',
      group: undefined,
      drainSeconds: 30,
      writes: ['/srv/my logs'],
      bindsLowPorts: false,
    })
    assert.match(
      unit,
      /^ExecStart=\/usr\/bin\/node "\/opt\/se\\"kisho\/\$\$main\.js" serve "\/srv\/my site\/50%%\.conf" --drain 30$/m,
    )
    assert.match(unit, /^ReadWritePaths=-"\/srv\/my logs"$/m)
  })

  it('writes the unit where units are, and says what is next', async () => {
    const { screen, code } = await typeAt(
      ['service', listingFile(10), '--user', 'root', '--name', 'shop', '--write', '--directory', folder],
      [],
      {
        columns: 200,
      },
    )
    assert.equal(code, 0)
    assert.equal(
      screen,
      `${folder}/shop.service is written. To start it, run:\n  sudo systemctl daemon-reload && sudo systemctl enable --now shop\n`,
    )
    assert.match(readFileSync(join(folder, 'shop.service'), 'utf8'), /^\[Unit\]\n/)
    assert.equal(statSync(join(folder, 'shop.service')).mode & 0o777, 0o644)
  })

  it('says what hinders it: no configuration, a bad one, no permission, wrong words', async () => {
    assert.equal((await typeAt(['service'])).code, 2)
    const none = await runSekisho(['service', join(folder, 'none.conf')])
    assert.deepEqual([none.code, /code: no-configuration/.test(none.stderr)], [1, true])
    const bad = await runSekisho(['service', site('Sesion On\n', 'bad.conf')])
    assert.deepEqual([bad.code, bad.stdout, /fix: write Session/.test(bad.stderr)], [1, '', true])
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o555 })
    const words = ['service', listingFile(10), '--write', '--directory', closed]
    const denied = await typeAt(words, [], { powerless: true })
    assert.match(
      denied.screen,
      /code: permission-denied\n {2}why: {2}Permission denied\n {2}fix: {2}run the command with sudo\n/,
    )
    chmodSync(closed, 0o755)
    assert.equal((await runSekisho(['service', listingFile(10), '--user', 'a b'])).code, 2)
  })
})
