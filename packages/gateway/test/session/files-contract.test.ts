/** Files of a configured name keep what every store promises. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { rowSessions, type RowSessions } from 'sekisho/store/rows'
import { storeContract } from 'sekisho/store/testing'
import { FileRows } from '../../src/session/stores/files/file-rows-node.ts'
import { SessionFileName } from '../../src/session/stores/files/session-file-name-node.ts'

const root = mkdtempSync(join(tmpdir(), 'sekisho-gateway-'))
const paths = new WeakMap<object, string>()

/** A clock that the tests let pass. */
let now = 1_790_000_000_000

class ClockedRows extends FileRows {
  now(): number {
    return now
  }
}

function open(path: string): RowSessions<string> {
  const name = new SessionFileName(join(path, '%{SESSIONID:0:2}', '%{SESSIONID}.session'))
  const store = rowSessions(new ClockedRows(name), { sweepGraceMs: 0 })
  paths.set(store, path)
  return store
}

after(() => rmSync(root, { recursive: true, force: true }))

storeContract(test, {
  open: () => open(mkdtempSync(join(root, 'sessions-'))),
  reopen: (store) => open(paths.get(store) ?? root),
  wait: (ms) => void (now += ms),
})
