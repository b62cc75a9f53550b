/**
 * Says where the time of one contender goes, without sockets: self and inclusive milliseconds of CPU per function.
 *
 *     node scripts/run.mjs bench/src/profile.ts 'sekisho, MemoryStore' node write [seconds]
 *
 * @module
 */
import { Session as Inspector, type Profiler } from 'node:inspector'
import { basename } from 'node:path'
import { contendersNamed } from './contenders.ts'
import { openBench, type Face } from './in-process/bench.ts'

const rowsShown = 45

interface Row {
  self: number
  inclusive: number
}

async function main(): Promise<void> {
  const [name = '', face = 'node', action = 'read', seconds = '5'] = process.argv.slice(2)
  const [contender] = await contendersNamed([name])
  if (contender === undefined) throw new Error(`there is no contender ${name}`)
  const bench = await openBench(contender, face as Face)
  const run = async (ms: number): Promise<number> => {
    let calls = 0
    for (const until = performance.now() + ms; performance.now() < until; calls += 200) {
      await bench.run(action as 'read' | 'write', 200)
    }
    return calls
  }
  await run(1000)
  const { calls, profile } = await profiled(() => run(Number(seconds) * 1000))
  await bench.close()
  show(profile, calls)
}

async function profiled(run: () => Promise<number>): Promise<{ calls: number; profile: Profiler.Profile }> {
  const inspector = new Inspector()
  inspector.connect()
  inspector.post('Profiler.enable')
  inspector.post('Profiler.setSamplingInterval', { interval: 200 })
  inspector.post('Profiler.start')
  const calls = await run()
  const profile = await new Promise<Profiler.Profile>((resolve, reject) => {
    inspector.post('Profiler.stop', (error, stopped) => (error ? reject(error) : resolve(stopped.profile)))
  })
  inspector.disconnect()
  return { calls, profile }
}

function show({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, calls: number): void {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const rows = new Map<string, Row>()
  for (const [at, id] of samples.entries()) {
    const micros = timeDeltas[at] ?? 0
    const seen = new Set<string>()
    for (let next: number | undefined = id; next !== undefined; next = parents.get(next)) {
      const name = nameOf(byId.get(next))
      const row = rows.get(name) ?? { self: 0, inclusive: 0 }
      rows.set(name, row)
      if (next === id) row.self += micros
      if (!seen.has(name)) row.inclusive += micros
      seen.add(name)
    }
  }
  console.log(`${calls} calls; microseconds per call\n   self  inclusive`)
  const sorted = [...rows].toSorted(([, a], [, b]) => b.self - a.self).slice(0, rowsShown)
  for (const [name, { self, inclusive }] of sorted) {
    console.log(`${(self / calls).toFixed(2).padStart(7)} ${(inclusive / calls).toFixed(2).padStart(10)}  ${name}`)
  }
}

function nameOf(node: Profiler.ProfileNode | undefined): string {
  if (node === undefined) return '(unknown)'
  const { functionName, url, lineNumber } = node.callFrame
  return `${functionName || '(anonymous)'} ${url === '' ? '' : `${basename(url)}:${lineNumber + 1}`}`
}

await main()
