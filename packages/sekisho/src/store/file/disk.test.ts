import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { newDirectory } from './children.worker.ts'

const program = fileURLToPath(new URL('disk.worker.ts', import.meta.url))
const mounts = process.getuid?.() === 0 ? {} : { skip: 'needs root, to mount a small file system of its own' }

test('keeps the old record on a full disk and recovers when there is space', mounts, (t) =>
  passes('full', newDirectory(t), ['unshare', '-m']),
)

test('keeps the old record on a full disk where it syncs', mounts, (t) =>
  passes('full-synced', newDirectory(t), ['unshare', '-m']),
)

test('keeps reading on a read-only disk and recovers when it is writable', mounts, (t) =>
  passes('read-only', newDirectory(t), ['unshare', '-m']),
)

test('keeps the old record without descriptors and recovers when there are some', (t) =>
  passes('no-descriptors', newDirectory(t), ['prlimit', '--nofile=60:60']))

test('keeps the old record without descriptors where it syncs', (t) =>
  passes('no-descriptors-synced', newDirectory(t), ['prlimit', '--nofile=60:60']))

/** Runs a scenario of the worker, which makes its assertions itself. */
async function passes(scenario: string, directory: string, wrapper: readonly string[]): Promise<void> {
  const node = [process.execPath, '--conditions=source', '--disable-warning=ExperimentalWarning', program]
  const [file = '', ...args] = [...wrapper, ...node, scenario, directory]
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  assert.equal(code, 0, stderr)
}
