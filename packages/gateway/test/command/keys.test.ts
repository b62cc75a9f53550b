import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Sealer } from 'sekisho/seal'
import { readKeyFile } from 'sekisho/keys'
import { ctrlC, typeAt } from './pty.ts'
import { runSekisho } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-keys-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0
async function keyFile(): Promise<string> {
  const file = join(folder, `keys-${(files += 1)}`)
  assert.equal((await runSekisho(['keygen', file])).code, 0)
  return file
}

interface Listed {
  readonly keys: readonly { readonly id: string; readonly role: string; readonly since?: string }[]
}

async function listed(file: string): Promise<Listed['keys']> {
  return (JSON.parse((await runSekisho(['keys', 'list', file, '--json'])).stdout) as Listed).keys
}

function sealer(file: string): Sealer {
  return new Sealer(readKeyFile(file), { purpose: 'test', audience: 'test', label: 'test' })
}

describe('sekisho keygen', () => {
  it('prints a new secret each time', async () => {
    const [one, two] = [await runSekisho(['keygen']), await runSekisho(['keygen'])]
    assert.match(one.stdout, /^[\w-]{43}\n$/)
    assert.notEqual(one.stdout, two.stdout)
  })

  it('makes a file that only its owner reads, and says nothing of the secret', async () => {
    const file = join(folder, 'made')
    const { stdout, code } = await runSekisho(['keygen', file])
    assert.equal(code, 0)
    assert.match(stdout, /made: made, with key [0-9a-f]{8}\n$/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(!stdout.includes(readFileSync(file, 'utf8').trim()))
    readKeyFile(file)
  })

  it('leaves a file that is there as it was', async () => {
    const file = await keyFile()
    const before = readFileSync(file, 'utf8')
    const { stderr, code } = await runSekisho(['keygen', file])
    assert.equal(code, 1)
    assert.match(stderr, /was left as it was\n.*file-exists\n.*why: .*\n.*sekisho keys rotate /)
    assert.equal(readFileSync(file, 'utf8'), before)
  })

  it('says where it may not write', async () => {
    const closed = mkdtempSync(join(folder, 'closed-'))
    chmodSync(closed, 0o500)
    const { stderr, code } = await runSekisho(['keygen', join(closed, 'keys')], { powerless: true })
    assert.equal(code, 1)
    assert.match(stderr, /Permission denied/)
  })
})

describe('sekisho keys', () => {
  it('lists roles and never a secret, at a terminal with titles', async () => {
    const file = await keyFile()
    const { screen, code } = await typeAt(['keys', 'list', file])
    assert.equal(code, 0)
    assert.match(screen, /Key +.*Role/)
    assert.match(screen, /[0-9a-f]{8}.*seals and opens/)
    assert.ok(!screen.includes(readFileSync(file, 'utf8').trim().slice(0, 20)))
  })

  it('rotates in three steps, none of which keeps what was sealed from being opened', async () => {
    const file = await keyFile()
    const old = sealer(file).seal(Buffer.from('old'))
    const [first] = await listed(file)

    assert.match((await runSekisho(['keys', 'rotate', file])).stdout, /step 1 of 3/)
    const added = await listed(file)
    assert.deepEqual(
      added.map(({ role }) => role),
      ['seals', 'waits'],
    )
    assert.equal(added[0]?.id, first?.id)
    // Another machine, which is still at step 1, must open what this one seals at step 2.
    const behind = sealer(file)

    const early = await runSekisho(['keys', 'rotate', file])
    assert.equal(early.code, 1)
    assert.match(early.stderr, /too-early/)
    assert.deepEqual(await listed(file), added)

    assert.match((await runSekisho(['keys', 'rotate', file, '--now'])).stdout, /step 2 of 3/)
    const promoted = await listed(file)
    assert.deepEqual(
      promoted.map(({ id, role }) => [id, role]),
      [
        [added[1]?.id, 'seals'],
        [first?.id, 'opens'],
      ],
    )
    const fresh = sealer(file).seal(Buffer.from('new'))
    assert.equal(Buffer.from(behind.open(fresh)?.plaintext ?? []).toString(), 'new')
    assert.equal(Buffer.from(sealer(file).open(old)?.plaintext ?? []).toString(), 'old')

    assert.match((await runSekisho(['keys', 'rotate', file])).stderr, /may live until/)
    assert.match((await runSekisho(['keys', 'rotate', file, '--after', '0'])).stdout, /step 3 of 3: dropped/)
    assert.deepEqual(
      (await listed(file)).map(({ id }) => id),
      [added[1]?.id],
    )
    assert.equal(sealer(file).open(old), undefined)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('keeps comments, and takes keys whose times nobody has written down for old ones', async () => {
    const file = await keyFile()
    const text = `# of the shop\n${readFileSync(file, 'utf8')}\n${'b'.repeat(43)}\n# the end`
    writeFileSync(file, text)
    assert.match((await runSekisho(['keys', 'rotate', file])).stdout, /step 3 of 3/)
    assert.equal(readFileSync(file, 'utf8'), `${text.replace(`${'b'.repeat(43)}\n`, '')}\n`)
  })

  it('replaces everything after a leak, if that is confirmed', async () => {
    const file = await keyFile()
    const [before] = await listed(file)
    const kept = await typeAt(['keys', 'rotate', file, '--leaked'], [{ after: 'Replace all keys', type: 'n' }])
    assert.equal(kept.code, 0)
    const left = await typeAt(['keys', 'rotate', file, '--leaked'], [{ after: 'Replace all keys', type: ctrlC }])
    assert.equal(left.code, 130)
    assert.deepEqual(await listed(file), [before])
    assert.equal((await runSekisho(['keys', 'rotate', file, '--leaked'])).code, 2)
    const { stdout } = await runSekisho(['keys', 'rotate', file, '--leaked', '--yes'])
    assert.match(stdout, new RegExp(`${before?.id} opens nothing any more`))
    assert.equal((await listed(file)).length, 1)
  })

  it('refuses what is no key file, with what mends it', async () => {
    const file = await keyFile()
    chmodSync(file, 0o644)
    const { stderr, code } = await runSekisho(['keys', 'list', file])
    assert.equal(code, 1)
    assert.match(stderr, /chmod 600/)
    const missing = await runSekisho(['keys', 'list', join(folder, 'nowhere')])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /sekisho keygen .*nowhere/)
    assert.match((await runSekisho(['keygen', folder])).stderr, /it is a directory/)
    assert.equal((await runSekisho(['keys', 'turn', file])).code, 2)
  })
})
