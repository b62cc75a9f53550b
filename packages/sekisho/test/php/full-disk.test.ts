/** The disk of the sessions is full: what was there stays, the answer says so, and all is well when there is room again. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const worker = fileURLToPath(new URL('full-disk.worker.ts', import.meta.url))
const inOwnMounts = ['--mount', ...(process.geteuid?.() === 0 ? [] : ['--map-root-user'])]

/** Runs a scenario of the worker, which makes its assertions itself, where it may mount a small disk that nobody else sees. */
function passes(scenario: string): void {
  const node = [process.execPath, '--conditions=source', '--disable-warning=ExperimentalWarning', worker, scenario]
  const { status, stdout, stderr } = spawnSync('unshare', [...inOwnMounts, ...node], { encoding: 'utf8' })
  const mend = 'run it as root in a container with CAP_SYS_ADMIN, or permit user namespaces'
  assert.ok(!/unshare failed/.test(stderr), `this test needs a small disk of its own, and may not mount one: ${mend}`)
  assert.equal(status, 0, `${stdout}${stderr}`)
}

describe('on a full disk', () => {
  test('sessions that are shared with PHP stay as they were, and the answer is a 503', () => passes('shared'))

  test('PHP’s functions leave the session as it was, and the answer is a 503', () => passes('functions'))

  test('PHP’s functions in the versions of PHP warn as real PHP does, and keep what it loses', () => passes('versions'))
})
