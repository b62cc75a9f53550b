import { once } from 'node:events'
import { connect } from 'node:net'
import { ProxyPass } from '../../config/directives/proxy.ts'
import { layersOf, type Site } from '../../config/layer.ts'
import type { Place } from '../../config/source.ts'
import { parseTarget, type Target } from '../../proxy/target.ts'
import type { Check, Sight } from '../check.ts'
import { advice } from '../finding.ts'
import type { SitePatient } from '../site/patient.ts'

/** Do the apps take connections? */
export const upstreamCheck: Check<SitePatient> = {
  name: 'upstream',
  asks: 'Does each app of ProxyPass take a connection? Nothing is asked of it.',
  needs: ['configuration'],
  looks: ({ config }) =>
    targetsOf(config.site).map(({ target, place }) => ({
      about: { key: target.key, name: target.url },
      run: (signal) => look(target, place, signal),
    })),
}

interface Upstream {
  readonly target: Target
  readonly place: Place | undefined
}

function targetsOf(site: Site): Upstream[] {
  const found = new Map<string, Upstream>()
  for (const { settings } of [site.main, ...site.hosts].flatMap((server) => [server, ...layersOf(server)]))
    for (const { target, parameters } of settings.own(ProxyPass) ?? []) {
      if (target === undefined) continue
      const parsed = parseTarget(target, parameters)
      const { host, port, socketPath } = parsed
      const key = socketPath ?? `${host}:${port}`
      if (!found.has(key)) found.set(key, { target: parsed, place: settings.placeOf(ProxyPass) })
    }
  return [...found.values()]
}

async function look(
  { url, host, port, socketPath }: Target,
  place: Place | undefined,
  signal: AbortSignal,
): Promise<Sight> {
  const socket = connect(socketPath === undefined ? { host, port } : { path: socketPath })
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]) })
    return { details: [`${url} takes connections`] }
  } catch (error) {
    signal.throwIfAborted()
    const { code = 'no answer within 3 s' } = error as NodeJS.ErrnoException
    const reason = code === 'ABORT_ERR' ? 'no answer within 3 s' : code
    const message = `The app at ${url} takes no connection (${reason}): visitors get a 503`
    return {
      findings: [advice('warning', 'upstream-away', message, { ...place, fix: 'start it, or write where it listens' })],
    }
  } finally {
    socket.destroy()
  }
}
