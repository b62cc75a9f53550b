import { Client, requestText, type Times } from './client.ts'
import type { FrontContender } from './contract.ts'
import { cpuOf } from './cpu.ts'
import { type Running, startFront } from './programs.ts'
import { prove, wrongAnswer } from './prove.ts'
import { makeSessions } from './sessions.ts'

/** How much to ask. */
export interface FrontSettings {
  readonly connections: number
  /** How many cookies there are, each of another session; of the source `many`, so many that keys cannot be kept. */
  readonly sessions: number
  readonly manySessions: number
}

/** What a contender cost in one round. */
export interface FrontLoad extends Times {
  /** Microseconds of CPU of all its processes per request. */
  readonly cpu: number
}

/** What contenders share: the app, and the Apache whose cookies they are asked with. */
export interface Stage {
  readonly app: Running
  /** A connection to the app itself. */
  readonly counter: Client
  /** Real Apache, which makes cookies and reads what others wrote. */
  readonly apache: Client
  /** Its cookies; the last ones are for the source `many` alone. */
  readonly cookies: readonly string[]
  readonly settings: FrontSettings
}

interface Parts {
  /** Closes the connections and ends the program. */
  readonly ending: AsyncDisposableStack
  readonly running: Running
  readonly client: Client
  readonly cookies: readonly string[]
}

/** A contender at work. */
export class Front {
  readonly contender: FrontContender
  readonly #stage: Stage
  readonly #ending: AsyncDisposableStack
  readonly #running: Running
  readonly #client: Client
  readonly #requests: readonly string[]

  private constructor(contender: FrontContender, stage: Stage, { ending, running, client, cookies }: Parts) {
    this.contender = contender
    this.#stage = stage
    this.#ending = ending
    this.#running = running
    this.#client = client
    this.#requests = cookies.map((cookie) => requestText('/', cookie))
  }

  /** Starts it, and proves that it does its job. */
  static async start(contender: FrontContender, stage: Stage): Promise<Front> {
    await using stack = new AsyncDisposableStack()
    const running = stack.adopt(await startFront(contender, stage.app), (started) => started.stop())
    const client = stack.adopt(await Client.open(running.port, stage.settings.connections), (opened) => opened.close())
    const cookies = await cookiesFor(contender, client, stage)
    const reader = contender.cookies === 'own' ? client : stage.apache
    const wrong = await prove({ contender, client, cookies, reader })
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    return new Front(contender, stage, { ending: stack.move(), running, client, cookies })
  }

  /** Asks for so many milliseconds on all connections. @throws Error when the app did not see the session of every request. */
  async load(ms: number): Promise<FrontLoad> {
    const { contender } = this
    await counted(this.#stage)
    const before = cpuOf(this.#running.pid)
    const times = await this.#client.load({
      requests: this.#requests,
      ms,
      judge: (answer) => wrongAnswer(contender, answer),
    })
    const spent = cpuOf(this.#running.pid) - before
    const asked = times.latencies.length
    const { requests, sessions } = await counted(this.#stage)
    const wanted = contender.session === undefined ? 0 : asked
    if (requests !== asked || sessions !== wanted)
      throw new Error(`${contender.name}: of ${asked} requests the app saw ${requests}, ${sessions} with a session`)
    return { ...times, cpu: spent / asked }
  }

  async stop(): Promise<void> {
    await this.#ending.disposeAsync()
  }
}

async function cookiesFor({ cookies }: FrontContender, client: Client, stage: Stage): Promise<readonly string[]> {
  const { sessions, manySessions } = stage.settings
  if (cookies === 'own') return makeSessions(client, sessions)
  return stage.cookies.slice(0, cookies === 'many' ? manySessions : sessions)
}

/** What the app has counted since it was last asked. */
async function counted({ counter }: Stage): Promise<{ requests: number; sessions: number }> {
  return JSON.parse((await counter.get('/counted')).body) as { requests: number; sessions: number }
}
