import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { CommandError } from '../../command/terminal/command-error.ts'
import { configurationFile } from '../../command/terminal/configuration-file.ts'
import { gatewayMissing } from '../../server/gateway-missing.ts'
import {
  type About,
  type Answer,
  controlDirectory,
  type Figures,
  type Question,
  socketSuffix,
} from '../../server/control/protocol.ts'

const patienceMs = 5000

/** A running gateway, over the socket in its state directory. */
export class GatewayClient {
  readonly #socket: Socket
  readonly #lines: Interface
  readonly #waiting: ((line: string | undefined) => void)[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#lines = createInterface({ input: socket, crlfDelay: Infinity })
    this.#lines.on('line', (line) => this.#waiting.shift()?.(line))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      for (const answered of this.#waiting.splice(0)) answered(undefined)
    })
  }

  /** @throws What the system says: ECONNREFUSED of a gateway that was killed, EACCES of another user's. */
  static async connect(path: string): Promise<GatewayClient> {
    const socket = connect(path)
    await once(socket, 'connect')
    return new GatewayClient(socket)
  }

  async about(): Promise<About> {
    const answer = await this.#ask({ ask: 'about' })
    if ('about' in answer) return answer.about
    throw gone()
  }

  /** @throws CommandError when it has ended. */
  async figures(): Promise<Figures> {
    const answer = await this.#ask({ ask: 'figures' })
    if ('figures' in answer) return answer.figures
    throw gone()
  }

  close(): void {
    this.#lines.close()
    this.#socket.destroy()
  }

  async #ask(question: Question): Promise<Answer> {
    const line = await new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), patienceMs)
      this.#waiting.push((answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      if (this.#socket.destroyed) resolve(undefined)
      else this.#socket.write(`${JSON.stringify(question)}\n`)
    })
    if (line === undefined) throw gone()
    return JSON.parse(line) as Answer
  }
}

/** A gateway that was found. */
export interface FoundGateway {
  readonly about: About
  readonly client: GatewayClient
}

/**
 * Finds a running gateway by its state directory; of several that serve the configuration, the one that was started last.
 *
 * @param file The configuration; undefined: whichever runs.
 * @throws CommandError when none runs, or several and no configuration is named.
 */
export async function findGateway(stateDirectory: string, file: string | undefined): Promise<FoundGateway> {
  const running = await runningGateways(stateDirectory)
  const fitting = running.filter(({ about }) => file === undefined || about.file === file)
  const files = new Set(fitting.map(({ about }) => about.file))
  const [latest] = files.size > 1 ? [] : fitting.toSorted((a, b) => b.about.startedAt - a.about.startedAt)
  for (const { client } of running) if (client !== latest?.client) client.close()
  if (latest === undefined) {
    const served = running.map(({ about }) => about.file)
    throw gatewayMissing({ stateDirectory, file: file === undefined ? undefined : configurationFile(file), served })
  }
  return latest
}

async function runningGateways(stateDirectory: string): Promise<FoundGateway[]> {
  const directory = join(stateDirectory, controlDirectory)
  const found = await Promise.all(socketsIn(directory).map((name) => lookedAt(join(directory, name))))
  return found.flatMap((gateway) => gateway ?? [])
}

function socketsIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith(socketSuffix))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw denied(directory, error)
  }
}

/** @returns Undefined for the socket of a gateway that was killed. */
async function lookedAt(path: string): Promise<FoundGateway | undefined> {
  try {
    const client = await GatewayClient.connect(path)
    return { client, about: await client.about() }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') throw denied(path, error)
    return undefined
  }
}

function denied(path: string, cause: unknown): CommandError {
  const why = `Permission denied: ${path}; only the user of the gateway may ask it`
  const fix = 'run the command as that user: sudo -u <user> sekisho top'
  return new CommandError({ code: 'permission-denied', what: 'The gateway cannot be asked', why, fix }, { cause })
}

function gone(): CommandError {
  return new CommandError({
    code: 'gateway-gone',
    what: 'The gateway does not answer any more',
    why: 'it has ended, or it is too busy to answer within five seconds',
    fix: 'look at its log; when it runs again, so does this command',
  })
}
