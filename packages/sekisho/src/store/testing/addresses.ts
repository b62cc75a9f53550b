import type { StoreCases } from './bench.ts'
import { absent, attempt, found, same, sameRecord } from './check.ts'
import { fullRecord, long, newWriteId, record, stored } from './samples.ts'

/** What is no address names no record, and reaches no other. */
export const addressCases: StoreCases = {
  async 'finds nothing at what is no address, and does not fail'({ store }) {
    const live = await stored(store)
    for (const address of malformed(live)) {
      const at = `at ${JSON.stringify(address.slice(0, 70))}`
      await absent(store.read(address), `read ${at}`)
      same(await store.replace(address, record(), 1, long, newWriteId()), 'gone', `replace ${at}`)
      same(await store.touch(address, long), 'gone', `touch ${at}`)
      same(await store.delete(address, 1), 'gone', `delete of a version ${at}`)
      same(await store.delete(address), 'gone', `delete ${at}`)
    }
  },

  async 'harms no other session by verbs at what is no address'({ store }) {
    const given = fullRecord()
    const live = await stored(store, given)
    for (const address of malformed(live)) {
      await store.touch(address, { idleMs: 2 * long.idleMs })
      await store.delete(address)
      await attempt(() => store.create(address, record(), long))
    }
    const read = await found(store.read(live))
    sameRecord(read.record, given)
    same(read.version, 1, 'version')
  },
}

/** Strings that a file system, a query, a pattern or a sloppy comparison could take for something. */
export function malformed(live: string): string[] {
  const quoted = `${live.slice(0, 60)}' OR`
  const nearly = [live.slice(1), `${live}0`, ` ${live}`, `${live}\n`, `${live}\0`, `${live}/`, `./${live}`, quoted]
  const patterns = [
    '*',
    '%',
    '_'.repeat(64),
    '?'.repeat(64),
    `${live.slice(0, 63)}_`,
    `${live.slice(0, 63)}*`,
    'g'.repeat(64),
  ]
  const paths = ['../../x', '..', '.', '/', '/etc/passwd', '\\\\host\\share', 'C:\\x', 'a/../../b', '%2e%2e%2f']
  const names = ['', '__proto__', 'constructor', 'undefined', '関所', '\u{1F375}', '0'.repeat(10_000)]
  const upper = live.toUpperCase()
  return [...nearly, ...patterns, ...paths, ...names, ...(upper === live ? [] : [upper])]
}
