import type { Directive, SettingsView } from '../../config/directive.ts'
import { Session, SessionExpiryUpdateInterval, SessionMaxAge, SessionTimeout } from '../../config/directives/session.ts'
import { absoluteSeconds, standardIdleSeconds } from '../../session/stored/make-stored-keeper.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { edit } from '../mend/shell.ts'
import type { SitePatient } from '../site/patient.ts'
import type { Section } from '../site/sections.ts'

/** How long do sessions really live, and which directive says so? */
export const lifetimeCheck: Check<SitePatient> = {
  name: 'lifetime',
  asks: 'How long do sessions live without a request and at all, which directive governs, and is that long enough for a person?',
  item: '7-2',
  needs: ['configuration'],
  looks: (patient) => patient.policies.map((about) => ({ about, run: () => look(about) })),
}

/** Who reads a page or fills in a form for as long as this must not lose the session. */
const shortSeconds = 300
/** What the article begins with. */
const usualSeconds = 1800

function look(section: Section): Sight {
  const findings = [tooShort(section), idleInterval(section)].filter((finding) => finding !== undefined)
  return { findings, details: [described(section)] }
}

function governor(settings: SettingsView): Directive | undefined {
  const [timeout = 0, maxAge] = [settings.get(SessionTimeout), settings.get(SessionMaxAge)]
  if (timeout === 0 && maxAge === 0) return undefined
  return maxAge === 0 || (timeout > 0 && timeout <= maxAge) ? SessionTimeout : SessionMaxAge
}

function described({ settings, policy, name }: Section): string {
  const { idleSeconds, updateIntervalSeconds, store, cookie } = policy
  const by = governor(settings)
  const both = settings.get(SessionTimeout) !== undefined && settings.get(SessionMaxAge) > 0
  const source = by === undefined ? 'by default' : `by ${by.name}${both ? ', the smaller of the two' : ''}`
  const idle = store === 'cookie' ? idleSeconds : (idleSeconds ?? standardIdleSeconds)
  const parts = [
    idle === undefined
      ? 'sessions end with the browser'
      : `sessions end after ${spoken(idle)} without a request, ${source}`,
    store === 'cookie' || idle === undefined
      ? ''
      : `and ${spoken(absoluteSeconds(idle))} after they began at the latest`,
    updateIntervalSeconds === 0 ? '' : `the end is written anew every ${spoken(updateIntervalSeconds)}`,
    idleSeconds === undefined || !cookie.maxAge ? 'the cookie ends with the browser' : 'the cookie has a Max-Age',
  ]
  return `${name}: ${parts.filter((part) => part !== '').join('; ')}`
}

function tooShort({ settings, policy }: Section): Advice | undefined {
  const { idleSeconds } = policy
  const by = governor(settings)
  if (idleSeconds === undefined || by === undefined || idleSeconds >= shortSeconds) return undefined
  const place = settings.placeOf(by) ?? settings.placeOf(Session)
  const message = `session expired: sessions end after ${spoken(idleSeconds)} without a request, sooner than people come back`
  return advice('warning', 'lifetime-short', message, {
    ...place,
    expected: `at least ${shortSeconds} seconds; ${by.name} ${usualSeconds} is half an hour`,
    found: `${by.name} ${idleSeconds}`,
    ...(place !== undefined && { command: edit.directive(place, by.name, `${by.name} ${usualSeconds}`) }),
  })
}

/** The stored end may be as stale as the interval: it must stay well below the lifetime. */
function idleInterval({ settings, policy }: Section): Advice | undefined {
  const { idleSeconds, updateIntervalSeconds } = policy
  if (idleSeconds === undefined || updateIntervalSeconds * 2 <= idleSeconds) return undefined
  const place = settings.placeOf(SessionExpiryUpdateInterval)
  if (place === undefined) return undefined
  const right = Math.min(60, Math.floor(idleSeconds / 10))
  const message = `The end of sessions is written anew only every ${spoken(updateIntervalSeconds)}, and they live for ${spoken(idleSeconds)}: who is active is logged out`
  return advice('warning', 'lifetime-odd', message, {
    ...place,
    found: `SessionExpiryUpdateInterval ${updateIntervalSeconds}`,
    command: edit.directive(place, 'SessionExpiryUpdateInterval', `SessionExpiryUpdateInterval ${right}`),
  })
}

/** `90 s`, `30 min`, `12 h`. */
function spoken(seconds: number): string {
  if (seconds >= 7200 && seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}
