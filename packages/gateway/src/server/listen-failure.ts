import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Diagnostic } from '../config/diagnostics.ts'
import { Listen } from '../config/directives/core.ts'
import type { LoadedConfig } from '../config/load-node.ts'
import { ConfigFailure } from './config-failure.ts'
import { addressText, type ListenPlan } from './listen-plan.ts'

/**
 * Whether the system spreads connections to an address over processes that all listen there. Each of them then takes its own, and
 * what is waiting for one that ends is taken before it does. Elsewhere the primary takes them for all.
 */
export const canReusePorts: boolean = process.platform === 'linux'

/** Tries whether addresses can be listened at: of several processes that share one, none would notice a stranger there. @throws ConfigFailure */
export async function tryAddresses(plans: readonly ListenPlan[], config: LoadedConfig): Promise<void> {
  for (const plan of plans) {
    const server = createServer()
    try {
      server.listen({ port: plan.port, ...(plan.host !== undefined && { host: plan.host }), exclusive: true })
      await once(server, 'listening')
    } catch (error) {
      throw listenFailure(error, plan, config)
    }
    server.close()
    await once(server, 'close')
  }
}

const fixes: Readonly<Record<string, string>> = {
  EADDRINUSE: 'end the program that listens there, or choose another port',
  EACCES: 'choose a port above 1023, or give the service CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'write an address that this machine has',
}

/** What the system said about an address, as a finding about the configuration; anything else as it is. */
export function listenFailure(error: unknown, plan: ListenPlan | undefined, config: LoadedConfig): unknown {
  if (plan === undefined || !(error instanceof Error) || !('code' in error)) return error
  const fix = fixes[String(error.code)]
  const message = `could not bind to address ${addressText(plan)}: ${error.message}`
  const place = listenPlace(config)
  const problem: Diagnostic = { severity: 'error', ...place, code: 'bad-value', message, ...(fix && { fix }) }
  return new ConfigFailure([problem], config.sources)
}

/** The line that says where to listen; without one, the beginning of the file. */
export function listenPlace({ site, sources }: LoadedConfig): Pick<Diagnostic, 'file' | 'line' | 'column'> {
  const [file = ''] = sources.keys()
  return site.main.settings.placeOf(Listen) ?? { file, line: 1, column: 1 }
}
