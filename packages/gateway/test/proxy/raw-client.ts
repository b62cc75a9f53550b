import { once } from 'node:events'
import { connect } from 'node:net'
import { Conversation } from './conversation.ts'

/** A client that says exactly what it is told to. Dispose of it. */
export class RawClient extends Conversation {
  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}

/** Says something on a connection of its own and waits for its end. */
export async function say(port: number, text: string): Promise<string> {
  using client = await RawClient.open(port)
  client.send(text)
  return await client.closed()
}
