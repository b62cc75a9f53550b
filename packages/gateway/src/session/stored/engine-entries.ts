import type { Session } from 'sekisho'
import { ApacheSession } from 'sekisho/apache'
import type { EngineData } from './engine-gate.ts'
import { fold } from '../held-session.ts'

/**
 * Each entry is a value of its own, so that requests which change different entries do not meet: under its key in lower case
 * the pair as Apache writes it, with the spelling that came first.
 */
const prefix = 'entry:'

/** The key under which the engine keeps the entry of a key, which is any text. */
export function engineKeyOf(key: string): string {
  const [escaped = ''] = new ApacheSession().set(key, '').encode().split('=')
  return engineKey(escaped)
}

/** Whether a key of the engine's is that of an entry, and no fact of the gateway's own. */
export function isEntryKey(key: string): boolean {
  return key.startsWith(prefix)
}

function engineKey(escaped: string): string {
  return prefix + fold(escaped)
}

/** The entries of a stored session. */
export function readEntries(session: Session<EngineData>): ApacheSession {
  const pairs = session.keys().flatMap((key) => (isEntryKey(key) ? [String(session.get(key))] : []))
  return ApacheSession.decode(pairs.join('&'))
}

/** The stored entries, each under its key: what a request began with. */
export function storedPairs(session: Session<EngineData>): Map<string, unknown> {
  const keys = session.keys().filter(isEntryKey)
  return new Map(keys.map((key) => [key, session.get(key)]))
}

/**
 * Lays what a request changed over what is stored, which may be more by now than the request has seen.
 *
 * @param before What the request began with.
 */
export function writeChanges(
  session: Session<EngineData>,
  content: ApacheSession,
  before: ReadonlyMap<string, unknown>,
): void {
  const pairs = pairsOf(content)
  for (const key of before.keys()) if (!pairs.has(key)) session.delete(key)
  for (const [key, pair] of pairs) if (before.get(key) !== pair) session.set(key, pair)
}

/** The entries of a session under the keys of the engine, without its time of expiry. */
export function pairsOf(content: ApacheSession): Map<string, string> {
  const timeless = content.copy()
  timeless.expiry = 0n
  const pairs = timeless
    .encode()
    .split('&')
    .filter((pair) => pair !== '')
  const keyed = pairs.map((pair) => [engineKey(pair.slice(0, pair.indexOf('='))), pair] as const)
  return new Map(keyed.filter(([key]) => key !== engineKey('expiry')))
}
