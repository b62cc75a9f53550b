/**
 * The store contract on SQLite, for the tests in Node and, as a program, for other runtimes: it runs the cases on the
 * drivers that its arguments name and prints what became of them.
 *
 *     bun --conditions=source contract.worker.ts bun thread
 */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { SessionStore } from '../contract.ts'
import { tableNames } from '../sql/names.ts'
import { SqliteStore, SqliteWorkerStore } from '../sqlite.ts'
import { storeContract, type DefineTest, type StoreContractOptions } from '../testing.ts'
import { openBetter, openBun, openNode, temporary, type OpenHandle, type TestHandle } from './drivers.worker.ts'

/** What became of the cases of one driver. */
export interface Tally {
  readonly driver: string
  readonly passed: readonly string[]
  readonly failed: readonly string[]
}

/** A driver's way to keep the contract, and what removes the databases afterwards. */
export interface Contract {
  readonly options: StoreContractOptions
  remove(): void
}

const openers: Readonly<Record<string, OpenHandle>> = { node: openNode, better: openBetter, bun: openBun }

/** A store of this driver for each case; `thread` is the one with a thread of its own. */
export function contractOf(driver: string): Contract {
  return driver === 'thread' ? threadContract() : handleContract(openers[driver] ?? openNode)
}

function handleContract(openHandle: OpenHandle): Contract {
  const { directory, remove } = temporary()
  const template = join(directory, 'template.db')
  makeTables(openHandle(template))
  const files = new WeakMap<SessionStore, string>()
  let [made, now] = [0, 1_790_000_000_000]
  const openStore = (file: string): SqliteStore => {
    const database = openHandle(file)
    const store = new SqliteStore({ database, sweepGraceMs: 0, now: () => now })
    files.set(store, file)
    return Object.assign(store, { close: () => database.close() })
  }
  const options: StoreContractOptions = {
    open() {
      made += 1
      const file = join(directory, `${made}.db`)
      copyFileSync(template, file)
      return openStore(file)
    },
    reopen: (store) => openStore(files.get(store) ?? ''),
    wait(ms) {
      now += ms
    },
  }
  return { options, remove }
}

/** To copy a file is much faster than to make the tables again for every case, which waits for the disk. */
function makeTables(database: TestHandle): void {
  database.exec(new SqliteStore({ database }).schema())
  // In Bun a connection may outlive its `close`, and leave everything in the write-ahead log.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

/**
 * One thread serves all cases, because in Node it takes a tenth of a second to start with the sources; each case finds the
 * tables empty. The second handle is one without a thread: both kinds work on one database.
 */
function threadContract(): Contract {
  const { directory, remove } = temporary()
  const file = join(directory, 'sessions.db')
  const clock = sharedClock()
  makeTables(openNode(file))
  const store = new SqliteWorkerStore({ file, sweepGraceMs: 0 }, { clock })
  const close = store.close.bind(store)
  const options: StoreContractOptions = {
    open() {
      empty(openNode(file))
      return Object.assign(store, { close: () => undefined })
    },
    reopen() {
      const database = openNode(file)
      const second = new SqliteStore({ database, sweepGraceMs: 0, now: () => clock[0] ?? 0 })
      return Object.assign(second, { close: () => database.close() })
    },
    async wait(ms) {
      clock[0] = (clock[0] ?? 0) + ms
      // Lets the thread's answers in.
      await turn()
    },
  }
  return { options, remove: () => void close().then(remove) }
}

function empty(database: TestHandle): void {
  const deletes = Object.values(tableNames('sekisho_')).map((table) => `DELETE FROM ${table};`)
  database.exec(`PRAGMA synchronous = OFF; BEGIN; ${deletes.join(' ')} COMMIT`)
  database.close()
}

/** @returns A clock that threads see too. */
export function sharedClock(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8)).fill(1_790_000_000_000)
}

/** The cases by name. */
function casesOf(options: StoreContractOptions): Map<string, () => Promise<void>> {
  const cases = new Map<string, () => Promise<void>>()
  const define: DefineTest = (name, run) => cases.set(name, run)
  storeContract(define, options)
  return cases
}

/** The names of all cases. */
export function caseNames(): string[] {
  return [...casesOf({ open: () => Promise.reject(new Error('not to be run')) }).keys()]
}

async function tally(driver: string): Promise<Tally> {
  const { options, remove } = contractOf(driver)
  const [passed, failed]: [string[], string[]] = [[], []]
  for (const [name, run] of casesOf(options)) {
    await run().then(
      () => passed.push(name),
      (error: unknown) => failed.push(`${name}: ${String(error)}`),
    )
  }
  remove()
  return { driver, passed, failed }
}

if (process.argv[1]?.endsWith('contract.worker.ts') === true) {
  const tallies: Tally[] = []
  for (const driver of process.argv.slice(2)) tallies.push(await tally(driver))
  console.log(JSON.stringify(tallies)) // oxlint-disable-line no-console
}
