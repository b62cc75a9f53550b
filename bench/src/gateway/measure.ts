import { Client } from './client.ts'
import type { FrontContender } from './contract.ts'
import { Front, type FrontLoad, type FrontSettings, type Stage } from './front.ts'
import { frontContenders } from './contenders.ts'
import { startApp, startFront } from './programs.ts'
import { makeSessions } from './sessions.ts'

/** How long to measure. */
export interface RoundSettings extends FrontSettings {
  readonly rounds: number
  /** Milliseconds of one contender in one round, and before it uncounted, so that caches become its own. */
  readonly roundMs: number
  readonly settleMs: number
  /** Requests of each contender before the first round, until V8 has optimised what it will. */
  readonly warmUpRequests: number
  /** Milliseconds after which that is enough, for those that are slow or have nothing to warm up. */
  readonly warmUpMs: number
}

/** What one contender cost, round by round. */
export interface FrontResult {
  readonly contender: FrontContender
  readonly loads: readonly FrontLoad[]
}

type Tell = (line: string) => void

/** Measures contenders side by side in rounds, each in another order. */
export async function measureFronts(
  contenders: readonly FrontContender[],
  settings: RoundSettings,
  tell: Tell,
): Promise<FrontResult[]> {
  return onStage({ contenders, settings, tell }, async (stage) => {
    const entries: { front: Front; loads: FrontLoad[] }[] = []
    try {
      for (const contender of contenders) {
        tell(`starting ${contender.name}`)
        entries.push({ front: await Front.start(contender, stage), loads: [] })
      }
      for (const { front } of entries) await warmUp(front, settings)
      for (let round = 1; round <= settings.rounds; round += 1) {
        tell(`round ${round} of ${settings.rounds}`)
        for (const { front, loads } of entries.toSorted(() => Math.random() - 0.5)) {
          await front.load(settings.settleMs)
          loads.push(await front.load(settings.roundMs))
        }
      }
      return entries.map(({ front: { contender }, loads }) => ({ contender, loads }))
    } finally {
      for (const { front } of entries) await front.stop()
    }
  })
}

async function warmUp(front: Front, { warmUpRequests, warmUpMs }: RoundSettings): Promise<void> {
  const until = performance.now() + warmUpMs
  for (let asked = 0; asked < warmUpRequests && performance.now() < until;) {
    asked += (await front.load(warmUpMs / 10)).latencies.length
  }
}

/** Who will be on stage. */
interface Cast {
  readonly contenders: readonly FrontContender[]
  readonly settings: FrontSettings
  /** Is told what is being done (default: nobody). */
  tell?(line: string): void
}

/** Starts what contenders share, and ends it afterwards. */
export async function onStage<T>({ contenders, settings, tell }: Cast, play: (stage: Stage) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack()
  const app = stack.adopt(await startApp(), (running) => running.stop())
  const reader = stack.adopt(await startFront(readerOf(frontContenders), app), (running) => running.stop())
  const apache = stack.adopt(await Client.open(reader.port, settings.connections), (client) => client.close())
  const counter = stack.adopt(await Client.open(app.port, 1), (client) => client.close())
  const count = contenders.some(({ cookies }) => cookies === 'many') ? settings.manySessions : settings.sessions
  tell?.(`Apache makes ${count} cookies`)
  const cookies = await makeSessions(apache, count)
  return await play({ app, counter, apache, cookies, settings })
}

/** Apache as it reads sessions without writing them. */
function readerOf(contenders: readonly FrontContender[]): FrontContender {
  const found = contenders.find(
    ({ program, session, writes }) => program === 'apache' && session !== undefined && writes !== true,
  )
  if (found === undefined) throw new Error('there must be an Apache that reads sessions')
  return found
}
