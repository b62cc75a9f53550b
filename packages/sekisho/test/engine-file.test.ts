import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FileStore } from '../src/store/file-node.ts'
import { engineSuite } from './engine/suite.ts'

engineSuite(test, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sekisho-engine-'))
  let now = 1_790_000_000_000
  return {
    store: new FileStore({ directory, now: () => now }),
    scale: 1,
    pass: (ms) => void (now += ms),
    dump: () => contents(directory),
    close: () => rm(directory, { recursive: true, force: true }),
  }
})

/** All names and all bytes below a directory. */
async function contents(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')))
  return [...entries.map(({ name }) => name), ...texts].join('\n')
}
