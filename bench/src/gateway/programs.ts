/**
 * The programs of the bench, each in processes of its own that cannot outlive this one.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startApache } from '../../../scripts/services.ts'
import { freePort, Server } from '../../../scripts/services/server.ts'
import { Workplace } from '../../../scripts/services/workplace.ts'
import type { FrontContender } from './contract.ts'
import { apacheModules, siteOf } from './site.ts'

/** What is needed of a program that runs. */
export type Running = Pick<Server, 'url' | 'port' | 'pid' | 'stop'>

const upstream = fileURLToPath(new URL('./upstream.ts', import.meta.url))
const bareProxy = fileURLToPath(new URL('./bare-proxy.ts', import.meta.url))
const gateway = fileURLToPath(new URL('../../../packages/gateway/src/main.ts', import.meta.url))

/** Starts the app. */
export async function startApp(): Promise<Running> {
  const port = await freePort()
  return startNode({ port, args: [upstream, String(port)], ready: /the app is ready/, place: workplace() })
}

/** Starts what stands in front of the app: Apache as one process of 25 threads, the gateway with one worker. */
export async function startFront(
  contender: Pick<FrontContender, 'program' | 'session'>,
  app: Running,
): Promise<Running> {
  switch (contender.program) {
    case 'apache':
      return startApache({
        modules: contender.session === undefined ? apacheModules.plain : apacheModules.session,
        conf: siteOf(contender, app.url),
      })
    case 'sekisho':
      return startGateway(siteOf(contender, app.url))
    case 'node': {
      const port = await freePort()
      const args = [bareProxy, String(port), String(app.port)]
      return startNode({ port, args, ready: /the proxy is ready/, place: workplace() })
    }
  }
}

async function startGateway(site: string): Promise<Running> {
  const port = await freePort()
  const place = workplace()
  const file = place.file('site.conf')
  writeFileSync(file, `Listen 127.0.0.1:${port}\nErrorLog "${place.file('error.log')}"\n${site}\n`)
  const args = ['--conditions=source', gateway, 'serve', file, '--workers', '1', '--state', place.file('state')]
  return startNode({ port, args, ready: /sekisho serves/, place })
}

interface NodePlan {
  readonly port: number
  readonly args: readonly string[]
  readonly ready: RegExp
  readonly place: Workplace
}

function startNode({ port, args, ready, place }: NodePlan): Promise<Running> {
  const line = ['/usr/bin/env', 'NODE_ENV=production', process.execPath, ...args]
  return Server.start({ url: `http://127.0.0.1:${port}`, port, line, place, ready })
}

function workplace(): Workplace {
  return new Workplace('bench-gateway', { endSignal: 'TERM' })
}
