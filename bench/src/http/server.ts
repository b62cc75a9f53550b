/** The process of one contender: serves it on the loopback and tells its own CPU time. */
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contendersNamed } from '../contenders.ts'
import type { Action } from '../contract.ts'

const [, , name = ''] = process.argv
const [contender] = await contendersNamed([name])
if (contender === undefined) throw new Error(`there is no contender ${name}`)
const { handlers, close } = await (contender.application ?? contender.node)()
const server = http.createServer((req: IncomingMessage, res: ServerResponse) => {
  handlers[(req.url ?? '').slice(1) as Action](req, res)
})
server.keepAliveTimeout = 0 // connections wait for the next round
server.listen(0, '127.0.0.1')
await once(server, 'listening')

process.on('message', () => process.send?.(process.cpuUsage()))
process.once('disconnect', () => void end())
process.send?.((server.address() as AddressInfo).port)

async function end(): Promise<void> {
  server.close()
  server.closeAllConnections()
  await close?.()
  process.exit()
}
