import { once } from 'node:events'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'

/** A server that takes connections, and never says anything. @returns Its port. */
export async function silentServer(t: TestContext): Promise<number> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as { port: number }).port
}
