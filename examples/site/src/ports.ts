import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Where a program listens: a port of this machine, or a socket. */
export type Place = { readonly port: number } | { readonly path: string }

/** A port that nobody uses. @param wanted 0: any. @returns Undefined when somebody uses the one that is wanted. */
export async function freePort(wanted = 0): Promise<number | undefined> {
  const server = createServer()
  server.listen(wanted, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Waits until somebody answers at a place. @param signal Gives up. */
export async function answers(place: Place, signal: AbortSignal): Promise<void> {
  while (!(await isOpen({ host: '127.0.0.1', ...place }))) await pause(25, undefined, { signal })
}

async function isOpen(place: NetConnectOpts): Promise<boolean> {
  const socket = connect(place)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
