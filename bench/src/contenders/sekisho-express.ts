import express, { type RequestHandler } from 'express'
import { defineSession } from 'sekisho'
import { sessionMiddleware, sessionOf } from 'sekisho/express'
import type { Contender, Mounted, NodeHandler } from '../contract.ts'
import type { Sample } from '../sample.ts'
import { expressApplication } from './express-parts.ts'
import { acts, fail } from './sekisho-acts.ts'
import { openNodeRedis, openPostgres, type OpenStore } from './sekisho-stores.ts'

/** Ours within Express, over the same server through the same driver as connect-redis. */
export const sekishoExpressRedis: Contender = {
  ...withinExpress('sekisho, RedisStore, node-redis, Express', openNodeRedis),
  family: 'node-redis',
  needs: 'redis',
}

/** Ours within Express, over the same server through the same driver as connect-pg-simple. */
export const sekishoExpressPostgres: Contender = {
  ...withinExpress('sekisho, PostgresStore, pg, Express', openPostgres),
  family: 'pg',
  needs: 'postgres',
}

/** For HTTP alone: without sockets, ours is called directly, and Express would be what is measured. */
function withinExpress(
  name: string,
  open: () => Promise<OpenStore>,
): Pick<Contender, 'name' | 'role' | 'server' | 'onlyHttp' | 'node'> {
  return {
    name,
    role: 'ours',
    server: 'express',
    onlyHttp: true,
    async node(): Promise<Mounted<NodeHandler>> {
      const { store, remove } = await open()
      const sessions = defineSession<Sample>({ name: 'bench', store, development: false })
      const attend = sessionMiddleware(sessions, { onError: fail }) as RequestHandler
      const { handlers } = expressApplication(express().use(attend), (req, action) =>
        acts[action](sessionOf(req, sessions)),
      )
      return {
        handlers,
        async close() {
          await sessions.close()
          await remove()
        },
      }
    },
  }
}
