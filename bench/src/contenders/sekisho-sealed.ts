import { randomBytes } from 'node:crypto'
import { defineSealedSession, KeyRing, type SealedSessions } from 'sekisho'
import { fetchHandler } from 'sekisho/fetch'
import { nodeListener } from 'sekisho/node'
import type { Contender, FetchHandler, Mounted, NodeHandler } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { acts, fail, type Act } from './sekisho-acts.ts'

/** Ours, sealed in the cookie, as visitors bring it: each cookie has a derived key of its own, and all of them are kept. */
export const sekishoSealed: Contender = {
  name: 'sekisho, sealed',
  family: 'cookie',
  role: 'ours',
  server: 'node',
  fetch: () => overFetch(definer()),
  node: () => overNode(definer()),
}

/** The same with more derived keys than are kept, so that each one is derived anew. */
export const sekishoSealedMany: Contender = {
  ...sekishoSealed,
  name: 'sekisho, sealed, 10,000 derived keys',
  sessions: 10_000,
}

/** The same when all cookies were sealed by one process within a minute, with one derived key. */
export const sekishoSealedAlike: Contender = {
  name: 'sekisho, sealed, one derived key',
  family: 'cookie',
  role: 'ours',
  server: 'node',
  fetch: () => overFetch(once(definer())),
  node: () => overNode(once(definer())),
}

/** Makes definitions with the same keys. What each one seals has another first half of the nonce. */
type Define = () => SealedSessions<Sample>

function definer(): Define {
  const keyRing = new KeyRing([randomBytes(32)])
  return () => defineSealedSession<Sample>({ name: 'bench', keyRing, development: false })
}

function once(define: Define): Define {
  const sessions = define()
  return () => sessions
}

function overFetch(define: Define): Mounted<FetchHandler> {
  const answering = (sessions: SealedSessions<Sample>, act: Act): FetchHandler =>
    fetchHandler(sessions, (_, session) => new Response(act(session)), { onError: fail })
  return mounted(define, answering, (make) => (request) => make()(request))
}

function overNode(define: Define): Mounted<NodeHandler> {
  const answering = (sessions: SealedSessions<Sample>, act: Act): NodeHandler =>
    nodeListener(sessions, (_, res, session) => res.end(act(session)), { onError: fail })
  return mounted(define, answering, (make) => (req, res) => make()(req, res))
}

function mounted<Handler>(
  define: Define,
  answering: (sessions: SealedSessions<Sample>, act: Act) => Handler,
  each: (make: () => Handler) => Handler,
): Mounted<Handler> {
  const sessions = define()
  return {
    handlers: {
      create: each(() => answering(define(), acts.create)),
      read: answering(sessions, acts.read),
      write: answering(sessions, acts.write),
    },
  }
}
