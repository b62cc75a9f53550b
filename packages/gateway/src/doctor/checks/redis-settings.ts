import { SessionRedisURL } from '../../config/directives/session.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { quoted } from '../mend/shell.ts'
import { looksAtStores } from '../site/looks.ts'
import type { SitePatient } from '../site/patient.ts'
import type { StoreSubject } from '../site/stores.ts'
import { type RedisFacts, redisFacts } from './redis-facts.ts'

/** Does Redis keep sessions for as long as they live? */
export const redisSettingsCheck: Check<SitePatient> = {
  name: 'redis-settings',
  asks: 'Does Redis keep sessions when its memory is full (`maxmemory-policy`), when it is started again (persistence), and when its machine dies (replicas)?',
  needs: ['redis'],
  looks: (patient) => looksAtStores(patient, ['redis'], look),
}

async function look(store: StoreSubject, patient: SitePatient): Promise<Sight> {
  const place = store.settings.placeOf(SessionRedisURL) ?? {}
  const url = store.settings.get(SessionRedisURL) ?? ''
  const facts = await redisFacts(await patient.redis(store))
  const findings = [eviction(facts, url), persistence(facts, url), replicas(facts)].filter((one) => one !== undefined)
  return { findings: findings.map((one) => ({ ...one, ...place })), details: detailsOf(facts) }
}

/** A policy that evicts nothing answers writes with an error, which the gateway turns into a clean 503; the others log people out. */
function eviction(facts: RedisFacts, url: string): Advice | undefined {
  const policy = facts.get('maxmemory_policy')
  if (policy === undefined || policy === 'noeviction') return undefined
  const isLimited = facts.get('maxmemory') !== '0'
  const message = `Redis evicts sessions when its memory is full${isLimited ? '' : ', though it has no limit now'}: whoever they belong to is logged out`
  return advice(isLimited ? 'error' : 'warning', 'eviction', message, {
    expected: 'maxmemory-policy noeviction',
    found: `maxmemory-policy ${policy}`,
    command: setting(facts, url, 'CONFIG SET maxmemory-policy noeviction'),
  })
}

function persistence(facts: RedisFacts, url: string): Advice | undefined {
  if (facts.get('aof_enabled') === '1') return undefined
  // With snapshots the last minutes are lost.
  const message =
    'Redis keeps sessions in memory only: when it is started again, those of the last minutes, or all, are gone'
  return advice('info', 'not-durable', message, {
    expected: 'appendonly yes',
    found: 'appendonly no',
    command: setting(facts, url, 'CONFIG SET appendonly yes'),
  })
}

/** A second copy that may be stale at any moment is worth little: logins and logouts wait for it, where it is there to be waited for. */
function replicas(facts: RedisFacts): Advice | undefined {
  const behind = [...facts].filter(([name, text]) => /^slave\d+$/.test(name) && !text.includes('state=online'))
  if (behind.length === 0) return undefined
  const message = `${behind.length} of ${facts.get('connected_slaves') ?? '?'} replicas of Redis do not follow`
  return advice('warning', 'replica', message, {
    found: behind.map(([name]) => name).join(', '),
    fix: 'see its log, and the network between the two',
  })
}

function detailsOf(facts: RedisFacts): string[] {
  const connected = facts.get('connected_slaves') ?? '0'
  return [
    `maxmemory ${facts.get('maxmemory_human') ?? '?'}, maxmemory-policy ${facts.get('maxmemory_policy') ?? '?'}`,
    `appendonly ${facts.get('aof_enabled') === '1' ? 'yes' : 'no'}, ${connected} replicas`,
  ]
}

/** Written into the file of the server too, where it has one. A password is asked for, never shown. */
function setting(facts: RedisFacts, text: string, command: string): string {
  const client = `redis-cli ${wordsOf(text)}`
  const rewrite = (facts.get('config_file') ?? '') === '' ? '' : ` && ${client} CONFIG REWRITE`
  return `${client} ${command}${rewrite}`
}

function wordsOf(text: string): string {
  if (text.startsWith('unix:')) return `-s ${quoted(text.slice('unix:'.length))}`
  const { hostname, port, username, password, protocol } = new URL(text)
  const words = ['-h', hostname, ...(port === '' ? [] : ['-p', port])]
  if (username !== '' && username !== 'default') words.push('--user', decodeURIComponent(username))
  if (password !== '') words.push('--askpass')
  if (protocol === 'rediss:') words.push('--tls')
  return words.map(quoted).join(' ')
}
