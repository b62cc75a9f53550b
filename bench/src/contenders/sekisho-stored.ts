/** What our contenders with a store share: the same three handlers in both manners. */
import { defineSession, type Sessions, type SessionStore } from 'sekisho'
import { fetchHandler } from 'sekisho/fetch'
import { nodeListener } from 'sekisho/node'
import type { Awaitable, FetchHandler, Mounted, NodeHandler } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { acts, fail, type Act } from './sekisho-acts.ts'

/** Our sessions with all defaults, in the manner of `fetch`. `after` runs when they are closed. */
export function storedOverFetch(store: SessionStore, after?: () => Awaitable<void>): Mounted<FetchHandler> {
  const sessions = define(store)
  const answering = (act: Act): FetchHandler =>
    fetchHandler(sessions, (_, session) => new Response(act(session)), { onError: fail })
  return mounted(sessions, answering, after)
}

/** The same in the manner of `node:http`. */
export function storedOverNode(store: SessionStore, after?: () => Awaitable<void>): Mounted<NodeHandler> {
  const sessions = define(store)
  const answering = (act: Act): NodeHandler =>
    nodeListener(sessions, (_, res, session) => res.end(act(session)), { onError: fail })
  return mounted(sessions, answering, after)
}

function define(store: SessionStore): Sessions<Sample> {
  return defineSession<Sample>({ name: 'bench', store, development: false })
}

function mounted<Handler>(
  sessions: Sessions<Sample>,
  answering: (act: Act) => Handler,
  after: (() => Awaitable<void>) | undefined,
): Mounted<Handler> {
  return {
    handlers: { create: answering(acts.create), read: answering(acts.read), write: answering(acts.write) },
    async close() {
      await sessions.close()
      await after?.()
    },
  }
}
