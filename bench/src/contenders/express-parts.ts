/** What the contenders made of an Express middleware share. */
import type { IncomingMessage } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import type { Action, Awaitable, Contender, Mounted, NodeHandler } from '../contract.ts'

/** What a handler does with the session of a request. @returns The body. */
export type ActOnRequest = (req: IncomingMessage, action: Action) => string

/** A middleware that is ready. */
export interface ConnectMiddleware {
  readonly middleware: RequestHandler
  close?(): Awaitable<void>
}

/** An Express application with a route for each action. */
export function expressApplication(app: Express, act: ActOnRequest): Mounted<NodeHandler> {
  const actions: readonly Action[] = ['create', 'read', 'write']
  for (const action of actions) app.get(`/${action}`, (req, res) => void res.send(act(req, action)))
  const handler: NodeHandler = (req, res) => app(req, res)
  return { handlers: { create: handler, read: handler, write: handler } }
}

/** A contender that is a middleware: called directly in the harness without sockets, within Express over HTTP. */
export function connectPeer(
  name: string,
  family: Contender['family'],
  make: () => Awaitable<ConnectMiddleware>,
  act: ActOnRequest,
): Contender {
  return {
    name,
    family,
    role: 'peer',
    server: 'express',
    async node() {
      const { middleware, close } = await make()
      const answering = (action: Action): NodeHandler => {
        return (req, res) => {
          const next = (error?: unknown): void => {
            if (error !== undefined) throw error
            res.end(act(req, action))
          }
          // As Express would pass them: the middleware looks at nothing that Express has added.
          return middleware(req as never, res as never, next)
        }
      }
      return withClose({ create: answering('create'), read: answering('read'), write: answering('write') }, close)
    },
    async application() {
      const { middleware, close } = await make()
      return withClose(expressApplication(express().use(middleware), act).handlers, close)
    },
  }
}

function withClose(
  handlers: Mounted<NodeHandler>['handlers'],
  close: ConnectMiddleware['close'],
): Mounted<NodeHandler> {
  return close === undefined ? { handlers } : { handlers, close }
}
