import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { typeAt } from '../command/pty.ts'
import { runSekisho } from '../command/run.ts'
import { stageSite } from './stage.ts'
import { doctorWords, goodSite } from './terminal-site.ts'

describe('sekisho doctor at a terminal', () => {
  it('shows the cause first, the line of the file without its secrets, and what mends it', async (t) => {
    const { file, root } = await stageSite(
      t,
      goodSite.replace('0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs', 'MySecretKey123').replace('1800', '60'),
    )
    const { screen, raw, code } = await typeAt(doctorWords(file, root), [], { columns: 400 })
    assert.equal(code, 1)
    assert.match(screen, / 1\. .*site\.conf:6:1: warning: The passphrase is weak: .*\n +SessionCryptoPassphrase …\n/m)
    assert.match(screen, / 2\. .*site\.conf:4:1: warning: session expired: /m)
    assert.match(screen, /run: sed -i -E -e '4\{\/.*SessionTimeout/)
    assert.match(screen, /^Good: configuration, modules, /m)
    assert.doesNotMatch(raw, /MySecretKey123/)
    // Colours are for terminals.
    assert.ok(raw.includes('\u001b[33mwarning:'))
  })

  it('says that all is well, and in detail when asked to', async (t) => {
    const { file, root } = await stageSite(t, goodSite)
    const short = await typeAt(doctorWords(file, root))
    assert.deepEqual([short.code, /details|Set-Cookie/.test(short.screen)], [0, false])
    const long = await typeAt(doctorWords(file, root, '--verbose'), [], { columns: 400 })
    assert.match(long.screen, /cookie: the site: Set-Cookie: sessionid=…;Max-Age=1800;path=\/; HttpOnly/)
  })

  it('has no colours with NO_COLOR, and speaks JSON to programs', async (t) => {
    const { file, root } = await stageSite(t, goodSite.replace('1800', '60'))
    const { raw } = await typeAt(doctorWords(file, root), [], { env: { NO_COLOR: '1' } })
    assert.ok(!raw.includes('\u001b[33m'))
    const { stdout, code } = await runSekisho(doctorWords(file, root, '--json'))
    const { findings, good: isGood } = JSON.parse(stdout) as {
      findings: { rank: number; check: string }[]
      good: boolean
    }
    assert.deepEqual([code, isGood, findings[0]?.rank, findings[0]?.check], [1, false, 1, 'lifetime'])
  })
})
