import { missingRedis } from '../../config/missing-store.ts'
import { Session, SessionRedisURL } from '../../config/directives/session.ts'
import { reasonOf } from '../../session/stores/failure.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { startCommand } from '../mend/clients.ts'
import { looksAtStores } from '../site/looks.ts'
import type { SitePatient } from '../site/patient.ts'
import type { StoreSubject } from '../site/stores.ts'
import { isReplica, redisFacts } from './redis-facts.ts'

/** Does Redis answer, let the gateway in, and take writes? */
export const redisCheck: Check<SitePatient> = {
  name: 'redis',
  asks: 'Does Redis answer, does it let the gateway in, and does it take writes?',
  needs: ['configuration'],
  looks: (patient) => looksAtStores(patient, ['redis'], look),
}

async function look(store: StoreSubject, patient: SitePatient): Promise<Sight> {
  const { settings } = store
  const url = settings.get(SessionRedisURL)
  if (url === undefined) {
    const { code: _, message, ...rest } = missingRedis
    return { findings: [advice('error', 'store-missing', message, { ...settings.placeOf(Session), ...rest })] }
  }
  const place = settings.placeOf(SessionRedisURL) ?? {}
  try {
    const started = performance.now()
    const client = await patient.redis(store)
    await client.ping()
    const ms = Math.ceil(performance.now() - started)
    const facts = await redisFacts(client)
    if (isReplica(facts)) return { findings: [{ ...replica(facts.get('master_host')), ...place }] }
    return { details: [`Redis ${facts.get('redis_version') ?? ''} answers, after ${ms} ms`] }
  } catch (error) {
    return { findings: [{ ...unreachable(reasonOf(error), url), ...place }] }
  }
}

function replica(master: string | undefined): Advice {
  const fix = `write its primary into SessionRedisURL${master === undefined ? '' : `, which is ${master}`}`
  return advice('error', 'replica', 'This Redis is a replica, which takes no writes', { fix })
}

function unreachable(reason: string, url: string): Advice {
  if (/NOAUTH|WRONGPASS|NOPERM|invalid password/i.test(reason)) {
    const fix = 'write user and password into SessionRedisURL: redis://user:password@host:port/0'
    return advice('error', 'login-refused', `Redis does not let the gateway in: ${reason}`, { fix })
  }
  const host = URL.canParse(url) && !url.startsWith('unix:') ? new URL(url).hostname : undefined
  const message = `Redis does not answer: ${reason}`
  if (/ENOTFOUND|EAI_AGAIN/.test(reason))
    return advice('error', 'store-away', message, { fix: 'write another host into SessionRedisURL' })
  if (/ETIMEDOUT|timed out/.test(reason))
    return advice('error', 'store-away', message, { fix: 'see whether a firewall is in between' })
  return advice('error', 'store-away', message, { fix: 'start it', command: startCommand('redis', host) })
}
