/** What the contenders within Fastify share. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Action, Mounted, NodeHandler } from '../contract.ts'

/** A Fastify application with a route for each action. */
export async function fastifyApplication(
  app: FastifyInstance,
  act: (request: FastifyRequest, action: Action) => string,
): Promise<Mounted<NodeHandler>> {
  const actions: readonly Action[] = ['create', 'read', 'write']
  for (const action of actions) app.get(`/${action}`, async (request) => act(request, action))
  await app.ready()
  const handler: NodeHandler = (req, res) => app.routing(req, res)
  return {
    handlers: { create: handler, read: handler, write: handler },
    async close() {
      await app.close()
    },
  }
}
