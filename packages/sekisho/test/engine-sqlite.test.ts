import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { SqliteStore } from '../src/store/sqlite.ts'
import { engineSuite } from './engine/suite.ts'

engineSuite(test, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sekisho-engine-'))
  const database = new DatabaseSync(join(directory, 'sessions.db'))
  let now = 1_790_000_000_000
  const store = new SqliteStore({ database, now: () => now })
  await store.ensureSchema()
  return {
    store,
    scale: 1,
    pass: (ms) => void (now += ms),
    dump: () => contents(directory),
    async close() {
      database.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
})

/** All bytes of the database and of its write-ahead log. */
async function contents(directory: string): Promise<string> {
  const names = await readdir(directory)
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')))
  return texts.join('\n')
}
