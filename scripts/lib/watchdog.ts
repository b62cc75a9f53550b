/**
 * Loaded into every test process: ends one that hangs, and says what it hangs on. The runner's own time limit ends a test,
 * but not a file whose timers or sockets are still open.
 *
 * @module
 */
import { isMainThread } from 'node:worker_threads'

const limit = Number(process.env['SEKISHO_TEST_FILE_LIMIT'] ?? 0)
const isTestFile = process.env['NODE_TEST_CONTEXT'] !== undefined && isMainThread
if (isTestFile && limit > 0) setTimeout(giveUp, limit).unref()

function giveUp(): void {
  const open = process.getActiveResourcesInfo().join(', ')
  console.error(
    `${process.argv[1] ?? 'a test file'} was not done after ${limit / 1000} s; still open: ${open || 'nothing'}`,
  )
  process.exit(1)
}
