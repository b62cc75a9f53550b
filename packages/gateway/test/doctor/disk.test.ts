import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const worker = fileURLToPath(new URL('disk.worker.ts', import.meta.url))
const inOwnMounts = ['unshare', '--mount', ...(process.geteuid?.() === 0 ? [] : ['--map-root-user'])] as const

/** Runs a scenario of the worker, which makes its assertions itself, where it may mount a small file system that nobody else sees. */
function passes(scenario: string): void {
  const [program, ...rest] = inOwnMounts
  const permitted = spawnSync(program, [...rest, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], {
    encoding: 'utf8',
  })
  assert.equal(
    permitted.status,
    0,
    `this test needs a small file system of its own, and may not mount one (${permitted.stderr.trim()}); run it as root in a container with CAP_SYS_ADMIN, or permit user namespaces: sysctl -w kernel.unprivileged_userns_clone=1`,
  )
  const node = [process.execPath, '--conditions=source', '--disable-warning=ExperimentalWarning', worker, scenario]
  const { status, stdout, stderr } = spawnSync(program, [...rest, ...node], { encoding: 'utf8' })
  assert.equal(status, 0, `${stdout}${stderr}`)
}

describe('No space left on device (7-3)', () => {
  it('is told when the disk of the sessions is full, and the line makes room', () => passes('octets'))
  it('is told when it takes no more files', () => passes('files'))
  it('is warned of before', () => passes('low'))
})
