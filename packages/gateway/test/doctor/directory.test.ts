import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Finding } from '../../src/doctor/finding.ts'
import { runSekisho } from '../command/run.ts'
import { apache, hasOthers } from '../snippets/places.ts'
import { detailsOf, findingOf, grave, type Stage, stageSite } from './stage.ts'

const lines = `Session On
SessionStore file
SessionStoreFileName \${ROOT}/session/%{SESSIONID}.session
SessionTimeout 1800
SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs
`

const needsOthers = { skip: hasOthers ? false : 'only root can act as somebody else' }

/** A site whose directory is the document's: root's own, with the group of the server. */
async function stageDirectory(
  t: TestContext,
  { gid = 0, mode = 0o770 } = {},
): Promise<Stage & { readonly directory: string }> {
  const stage = await stageSite(t, lines)
  const directory = join(stage.root, 'session')
  mkdirSync(directory)
  chownSync(directory, 0, gid)
  chmodSync(directory, mode)
  return { ...stage, directory }
}

/** What the doctor finds as the user of the server. */
async function asApache({ file, root }: Stage): Promise<readonly Finding[]> {
  const { stdout, stderr } = await runSekisho(['doctor', file, '--user', '48', '--state', `${root}/state-48`, '--json'])
  assert.notEqual(stdout, '', stderr)
  return (JSON.parse(stdout) as { findings: Finding[] }).findings
}

function makeState({ root }: Stage): void {
  mkdirSync(join(root, 'state-48'), { mode: 0o700 })
  chownSync(join(root, 'state-48'), apache.uid, apache.gid)
}

describe('Permission denied (7-3)', { concurrency: 3 }, () => {
  it('is told for the directory of the sessions, as the user that runs the gateway', needsOthers, async (t) => {
    const stage = await stageDirectory(t, { mode: 0o700 })
    makeState(stage)
    const [cause] = await asApache(stage)
    assert.equal(cause?.check, 'directory')
    assert.match(cause?.message ?? '', /^Permission denied: .*\/session belongs to user 0 and group 0$/)
    assert.equal(cause?.found, 'user 0, group 0, mode 700')
    stage.run(cause?.command)
    assert.deepEqual(await asApache(stage), [])
    assert.deepEqual(readdirSync(stage.directory), [])
  })

  it('accepts what the document makes: root:apache, mode 770', needsOthers, async (t) => {
    const stage = await stageDirectory(t, { gid: apache.gid })
    makeState(stage)
    assert.deepEqual(await asApache(stage), [])
    assert.deepEqual(readdirSync(stage.directory), [])
  })

  it('is found without a word about the user, where the state directory says who it is', needsOthers, async (t) => {
    const stage = await stageDirectory(t, { mode: 0o700 })
    makeState(stage)
    const { stdout, stderr } = await runSekisho(['doctor', stage.file, '--state', `${stage.root}/state-48`, '--json'])
    assert.match(stderr, /^Looking as user 48: .*\/state-48 is that user's\. --user root looks as root\.$/m)
    assert.match(stdout, /"Permission denied: .*\/session belongs to user 0 and group 0"/)
  })

  it('is told for a directory that is not there', async (t) => {
    const stage = await stageSite(t, lines)
    await stage.isMended('directory', /^Permission denied: .*\/session does not exist$/)
  })

  it('is told for a directory on the way that lets nobody through', needsOthers, async (t) => {
    const stage = await stageDirectory(t, { gid: apache.gid })
    makeState(stage)
    chmodSync(stage.root, 0o700)
    const [cause] = await asApache(stage)
    assert.match(cause?.message ?? '', /^Permission denied: .* is not let through .*, on the way to .*\/site\.conf$/)
    stage.run(cause?.command)
    assert.deepEqual(await asApache(stage), [])
  })

  it('is told for the state directory', needsOthers, async (t) => {
    const stage = await stageDirectory(t, { gid: apache.gid })
    const [cause] = await asApache(stage)
    assert.match(cause?.message ?? '', /^Permission denied: the state directory .*\/state-48 does not exist/)
    stage.run(cause?.command)
    assert.deepEqual(await asApache(stage), [])
  })
})

describe('a directory that is open to all (7-3)', () => {
  it('is told, and closed by the line', async (t) => {
    const stage = await stageDirectory(t, { mode: 0o777 })
    await stage.isMended('directory', /^Everybody on this machine can look into/)
    assert.equal(statSync(stage.directory).mode & 0o777, 0o770)
  })
})

describe('what is looked at', () => {
  it('has no trace of it afterwards', async (t) => {
    const stage = await stageDirectory(t)
    const examination = await stage.doctor()
    assert.deepEqual(grave(examination), [])
    assert.deepEqual(readdirSync(stage.directory), [])
    assert.deepEqual(readdirSync(stage.root).toSorted(), ['bin', 'session', 'site.conf'])
    assert.match(detailsOf(examination, 'renewal'), /before a login [0-9a-f]{8}…, after it [0-9a-f]{8}…-1/)
  })

  it('is told how much room is left', async (t) => {
    const stage = await stageDirectory(t)
    assert.match(detailsOf(await stage.doctor(), 'space'), /B free for .*\/session\n[\d,]+ files free/)
  })
})

describe('the key file', () => {
  it('must not be open to others', async (t) => {
    const stage = await stageDirectory(t)
    mkdirSync(join(stage.root, 'state'), { mode: 0o700 })
    writeFileSync(join(stage.root, 'state/keys'), `${'k'.repeat(43)}\n`)
    chmodSync(join(stage.root, 'state/keys'), 0o644)
    const { code } = await stage.isMended('state', /keys/)
    assert.equal(code, 'key-file')
  })

  it('must hold a secret, and no part of it is shown', async (t) => {
    const stage = await stageDirectory(t)
    mkdirSync(join(stage.root, 'state'), { mode: 0o700 })
    writeFileSync(join(stage.root, 'state/keys'), 'tooshort\n', { mode: 0o600 })
    const { message } = findingOf(await stage.doctor(), 'state')
    assert.doesNotMatch(message, /tooshort/)
  })
})
