/** A program for `disk.test.ts`, in a mount namespace of its own: fills a small disk and asks the doctor. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { doctorSite } from '../../src/doctor/site/doctor-site.ts'

const [, , scenario = ''] = process.argv
const root = mkdtempSync(join(tmpdir(), 'sekisho-disk-'))
const disk = join(root, 'disk')
mkdirSync(disk)
sh(`mount -t tmpfs -o size=64m,nr_inodes=100,mode=700 tmpfs ${disk}`)
const file = join(root, 'site.conf')
writeFileSync(
  file,
  `Listen 127.0.0.1:18077
Session On
SessionStore file
SessionStoreFileName ${disk}/%{SESSIONID}.session
SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs
`,
)

try {
  if (scenario === 'files') fillFiles()
  else fillOctets(scenario === 'low' ? 2 * 1024 * 1024 : 0)
  const before = readdirSync(disk).length
  const [cause, ...others] = await findings()
  assert.deepEqual([cause?.check, others], ['space', []])
  const code = scenario === 'low' ? 'disk-low' : 'disk-full'
  assert.equal(cause?.code, code)
  if (code === 'disk-full')
    assert.match(cause.message, /^No space left on device: .*\/disk has .* left, and no session can be written$/)
  assert.match(cause?.command ?? '', /^mount -o remount,/)
  sh(cause?.command ?? '')
  assert.deepEqual(await findings(), [])
  assert.equal(readdirSync(disk).length, before)
} finally {
  sh(`umount ${disk}`)
  rmSync(root, { recursive: true })
}

async function findings() {
  const { signal } = new AbortController()
  const { examination } = await doctorSite({ file, stateDirectory: join(root, 'state'), signal })
  return examination.findings.filter(({ severity }) => severity !== 'info')
}

/** @param left So many octets stay free. */
function fillOctets(left: number): void {
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, 'somebody-elses'), Buffer.alloc(bavail * bsize - left))
}

function fillFiles(): void {
  for (let at = statfsSync(disk).ffree; at > 0; at -= 1) writeFileSync(join(disk, `somebody-elses-${at}`), '')
}

function sh(line: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' })
  assert.equal(status, 0, `${line}: ${stderr}`)
}
