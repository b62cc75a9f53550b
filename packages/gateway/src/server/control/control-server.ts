import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { type About, type Answer, controlDirectory, type Figures, type Question, socketSuffix } from './protocol.ts'

/** Who answers questions. */
export interface ControlSource {
  about(): About
  figures(): Promise<Figures>
}

/** What a socket is opened with. */
export interface ControlOptions {
  readonly stateDirectory: string
  readonly source: ControlSource
  /** Is told why there is no socket: the gateway serves without. */
  onTrouble(message: string): void
}

/** The system's limit for the path of a socket, less the octet at its end, on Linux 107 and on others 103. */
const longestPath = 103
/** More is no question. */
const longestLine = 1000
const mostClients = 16
const silenceMs = 60_000

/**
 * A socket in the state directory, over which `sekisho top` asks what is going on: questions and answers are lines of JSON, and no
 * question changes anything. Only the user of the gateway can reach it.
 */
export class ControlServer {
  readonly #server: Server
  readonly #path: string
  readonly #clients = new Set<Socket>()

  private constructor(path: string, source: ControlSource) {
    this.#path = path
    this.#server = createServer((client) => this.#welcome(client, source))
    this.#server.maxConnections = mostClients
  }

  /** Opens it. @returns Undefined where that is not possible, which is told. */
  static async open({ stateDirectory, source, onTrouble }: ControlOptions): Promise<ControlServer | undefined> {
    const directory = join(stateDirectory, controlDirectory)
    const path = join(directory, `${randomBytes(4).toString('hex')}${socketSuffix}`)
    try {
      if (Buffer.byteLength(path) > longestPath) throw new Error(`${path} is too long for a socket`)
      // Closed to others before there is anything in it.
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      chmodSync(directory, 0o700)
      await removeStale(directory)
      const control = new ControlServer(path, source)
      await control.#listen()
      return control
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      onTrouble(`sekisho top cannot look at this gateway: ${why}`)
      return undefined
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    rmSync(this.#path, { force: true })
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#path, () => {
        this.#server.off('error', reject)
        this.#server.on('error', () => {})
        // Nobody keeps a gateway alive by looking at it.
        this.#server.unref()
        chmodSync(this.#path, 0o600)
        resolve()
      })
    })
  }

  #welcome(client: Socket, source: ControlSource): void {
    this.#clients.add(client)
    client.on('close', () => this.#clients.delete(client))
    client.on('error', () => client.destroy())
    client.setTimeout(silenceMs, () => client.destroy())
    client.setEncoding('utf8')
    let text = ''
    client.on('data', (part) => {
      text += String(part)
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines)
        void answerTo(line, source).then((answer) => client.write(`${JSON.stringify(answer)}\n`))
      if (text.length > longestLine) client.destroy()
    })
  }
}

async function answerTo(line: string, source: ControlSource): Promise<Answer> {
  try {
    const { ask } = JSON.parse(line) as Partial<Question>
    if (ask === 'about') return { about: source.about() }
    if (ask === 'figures') return { figures: await source.figures() }
    return { error: 'asked for something else than about and figures' }
  } catch (error) {
    return { error: error instanceof SyntaxError ? 'not a line of JSON' : 'no answer' }
  }
}

/** Sockets of gateways that were killed: nobody listens there, and nobody ever will, since each name is used once. */
async function removeStale(directory: string): Promise<void> {
  const names = readdirSync(directory).filter((name) => name.endsWith(socketSuffix))
  for (const name of names) {
    const path = join(directory, name)
    if (await isRefused(path)) rmSync(path, { force: true })
  }
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}
