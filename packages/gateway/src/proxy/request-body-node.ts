import type { ClientRequest } from 'node:http'
import type { ClientMessage } from './contract.ts'
import { trailerPairs } from './fields.ts'

/** How the body of a request is passed on. */
export interface BodyPlan {
  /** So many octets; undefined: any number. */
  readonly most: number | undefined
  readonly isInternal: ((name: string) => boolean) | undefined
  /** Called once when there are more, and no more of them are passed on. */
  onTooLarge(): void
}

/** Passes the client's body on as it comes, no faster than the app takes it; and throws it away once the app is gone. */
export function passBody(request: ClientMessage, app: ClientRequest, { most, isInternal, onTooLarge }: BodyPlan): void {
  let received = 0
  const connection = whenBroken(request, () => app.destroy())
  request.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (app.destroyed) return
    if (most !== undefined && received > most) onTooLarge()
    else if (!app.write(chunk)) request.pause()
  })
  request.on('end', () => {
    connection.forget()
    const trailers = trailerPairs(request.rawTrailers, isInternal)
    if (trailers.length > 0) app.addTrailers(trailers)
    app.end()
  })
  app.on('drain', () => request.resume())
  app.on('close', () => request.resume())
  // A body that came together with its head goes out with it; an app must not wait for the head until a body comes.
  process.nextTick(() => {
    // Not by flushHeaders, which writes octets beyond ASCII as UTF-8.
    if (received === 0 && !app.destroyed) app.write('', 'latin1')
  })
}

/** A request whose answer was sent already is not told when its connection is closed. */
function whenBroken(request: ClientMessage, broken: () => void): { forget(): void } {
  const connection = 'stream' in request ? request.stream : request.socket
  connection.once('close', broken)
  return { forget: () => void connection.removeListener('close', broken) }
}
