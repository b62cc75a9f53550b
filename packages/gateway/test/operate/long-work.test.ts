/** `gc` and `copy` over very many sessions: 1,000,000 with SEKISHO_LONG=1 (or as many as SEKISHO_CROWD says), else 2,000. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { postgresUrl } from '../session/services.ts'
import { postgresDatabase } from '../session/databases.ts'
import { BusySite } from './busy-site.ts'
import { opened, place } from './copy-places.ts'
import { countLiving, fillFiles } from './crowd.ts'
import { runMeasured, type Measured } from './measured.ts'
import { Traffic } from './traffic.ts'

const isLong = process.env['SEKISHO_LONG'] === '1'
const living = isLong ? Number(process.env['SEKISHO_CROWD'] ?? 1_000_000) : 1200
const dead = isLong ? Math.floor(living * 0.4) : 800
/** When the first run is interrupted; a short one has ended by then. */
const seconds = isLong ? 20 : undefined
/** Node itself comes and goes by some tens of megabytes; a million sessions in memory would be hundreds. */
const mostGrowth = 64_000_000

test(
  'removes what is dead of very many sessions, and copies the rest, beside live traffic',
  { timeout: 7_200_000 },
  async (t) => {
    await using busy = await BusySite.serve('SessionStore file')
    await busy.guest('tea')
    const began = performance.now()
    await fillFiles(join(busy.site.root, 'state/sessions'), { living, dead })
    say(t, `made ${living} living and ${dead} dead sessions`, began)
    using traffic = await Traffic.begin(busy)
    await collect(t, busy)
    await copy(t, busy)
    const visits = await traffic.end()
    t.diagnostic(`${visits} visits meanwhile, nothing lost`)
  },
)

async function collect(t: TestContext, busy: BusySite): Promise<void> {
  const began = performance.now()
  const runs = await interruptedAndAgain(t, 'gc', busy.words(['gc']))
  const removed = runs.map(({ stdout, stderr }) =>
    Number(/removed (\d+) expired sessions\n$/.exec(stdout)?.[1] ?? /interrupted after (\d+);/.exec(stderr)?.[1]),
  )
  // The gateway itself removes up to a thousand a minute.
  const all = removed.reduce((sum, one) => sum + one, 0)
  const minutes = Math.ceil((performance.now() - began) / 54_000)
  assert.ok(all <= dead && all >= dead - 1000 * minutes, `${all} of ${dead}`)
  assert.match((await busy.run(['gc'])).stdout, /removed 0 expired sessions/)
  t.diagnostic(`removed ${removed.join(' and ')}`)
}

async function copy(t: TestContext, busy: BusySite): Promise<void> {
  const { directives } = await postgresDatabase(t)
  const [, schema = ''] = /search_path=(\w+)/.exec(directives) ?? []
  const url = `${postgresUrl().href}#${schema}.sekisho_`
  const directory = place(t)
  const words = busy.words(['copy'], [url, '--resume', join(directory, 'resume.json')])
  const runs = await interruptedAndAgain(t, 'copy', words)
  assert.match(runs.at(-1)?.stdout ?? '', /compared \d+ of them, all the same/)
  const visitors = 1 + 5
  assert.equal(await countLiving(await opened(t, url)), living + visitors)
}

/** Runs a command, interrupts it where there is time for that, and runs it again to its end. */
async function interruptedAndAgain(t: TestContext, name: string, words: readonly string[]): Promise<Measured[]> {
  const runs: Measured[] = []
  for (const interruptAfter of seconds === undefined ? [undefined] : [seconds, undefined]) {
    const began = performance.now()
    const run = await runMeasured(words, interruptAfter)
    runs.push(run)
    assert.equal(run.code, interruptAfter === undefined ? 0 : 130, run.stderr)
    say(
      t,
      `${name}: peak ${megabytes(run.peak)}, grown by ${megabytes(run.growth)}, ${run.progress.length} lines of progress, the last: ${run.progress.at(-1)}`,
      began,
    )
    if (!isLong) continue
    assert.ok(run.growth < mostGrowth, `grown by ${megabytes(run.growth)}`)
    assert.ok(run.progress.length >= 2, run.stderr)
  }
  return runs
}

function say(t: TestContext, text: string, began: number): void {
  t.diagnostic(`${text}; ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

function megabytes(octets: number): string {
  return `${(octets / 1e6).toFixed(0)} MB`
}
