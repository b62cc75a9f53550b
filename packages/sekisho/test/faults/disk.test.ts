/** The disk of a SQL store is full, or read-only. The stores of files have tests of their own for that. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('disk.worker.ts', import.meta.url))
const mounts = process.getuid?.() === 0 ? {} : { skip: 'needs root, to mount a small file system of its own' }

/** Runs a scenario of the worker, which makes its assertions itself. */
async function passes(t: TestContext, scenario: string): Promise<void> {
  const node = [process.execPath, '--conditions=source', '--disable-warning=ExperimentalWarning', program]
  const child = spawn('unshare', ['-m', ...node, scenario], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  assert.equal(await ended, 0, err)
  for (const line of new Set(out.trimEnd().split('\n'))) t.diagnostic(line)
}

describe('when the disk is full, writes are refused, what was there stays, and all is well when there is room', () => {
  test('with SQLite', mounts, (t) => passes(t, 'sqlite-full'))

  test('with PostgreSQL', mounts, (t) => passes(t, 'postgres-full'))
})

describe('when nothing can be written, calls are refused with what mends it, and all is well when it can be again', () => {
  test('with SQLite on a file system that is read-only', mounts, (t) => passes(t, 'sqlite-read-only'))

  test('with a SQLite database that was opened for reading only', mounts, (t) => passes(t, 'sqlite-read-only-handle'))
})
