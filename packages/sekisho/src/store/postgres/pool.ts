import { channels } from '../../lib/events-node.ts'

/** What of a pg `Pool` tells of connections that break while nobody uses them. */
interface Emitter {
  on(event: 'error', listener: (error: unknown) => void): unknown
  listeners(event: 'error'): readonly unknown[]
}

/**
 * A pg `Pool` emits `error` when an idle connection breaks, as all of them do when the server restarts, and Node ends a
 * process that does not listen. The pool has let go of the connection by then and opens another when it needs one, so it
 * is enough to announce it. A single `Client` is not watched: once broken it stays broken, and its owner must know.
 *
 * @param client The user's client. It is listened to once, however many stores use it.
 */
export function watchPool(client: object): void {
  if (isPool(client) && !client.listeners('error').includes(announce)) client.on('error', announce)
}

function announce(error: unknown): void {
  channels['store-failure'].publish({ verb: 'idle connection', error })
}

function isPool(client: object): client is Emitter {
  const { on, listeners, totalCount } = client as Partial<Emitter & { totalCount: number }>
  return typeof on === 'function' && typeof listeners === 'function' && typeof totalCount === 'number'
}
