/** Our server of the parallel part: as `parallel.php`, with the engine and with the session functions. Arguments: the directory and the port. */
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { defineSession } from 'sekisho'
import { nodeListener } from 'sekisho/node'
import { definePhpSessions, sharedWithPhp } from 'sekisho/php'
import { files, phpFileRows } from 'sekisho/php/node'
import { flock } from './parts.ts'

const workMs = 10
const directory = process.argv[2] ?? ''
const engine = defineSession<{ n: number }>({
  name: 'bench',
  ...sharedWithPhp({ rows: phpFileRows({ savePath: directory, flock }), development: true, cookie: { secure: false } }),
})
const functions = definePhpSessions(
  {
    'session.save_path': directory,
    'session.save_handler': 'files',
    'session.gc_probability': 0,
    'session.cache_limiter': '',
  },
  { modules: [files({ flock })] },
)

const pages: Readonly<Record<string, (req: IncomingMessage, res: ServerResponse) => unknown>> = {
  '/none': async (_req, res) => {
    await pause(workMs)
    res.end('none')
  },
  '/engine': nodeListener(engine, async (_req, res, session) => {
    await pause(workMs)
    res.end(String(await session.update((data) => (data.n = (data.n ?? 0) + 1))))
  }),
  '/functions': async (req, res) => {
    const session = functions.create(req, res)
    await session.start()
    await pause(workMs)
    session.vars['n'] = Number(session.vars['n']) + 1
    await session.writeClose()
    res.end(String(session.vars['n']))
  },
}

const server = http.createServer((req, res) => void pages[req.url ?? '']?.(req, res))
server.keepAliveTimeout = 0
server.listen(Number(process.argv[3] ?? 0), '127.0.0.1')
await once(server, 'listening')
console.log('listening')
