import type { ApacheCipher } from 'sekisho/apache'
import type { Random } from '../random.ts'
import type { Secrets, Section } from '../scenario.ts'
import type { Places } from '../servers.ts'
import type { NamedCookie, Said } from '../terms.ts'

/** What a scenario is made with. */
export interface Making {
  readonly seed: number
  readonly random: Random
  readonly places: Places
  readonly secrets: Secrets
  /** Names of SessionHeader; no other scenario has them, as what one section says is kept from the clients of all. */
  readonly headers: readonly string[]
}

const ciphers: readonly ApacheCipher[] = ['aes256', 'aes192', 'aes128', '3des192']
const passphrases = ['correct horse', 'battery-staple', 'ein "drittes"']
const cookies: readonly NamedCookie[] = [
  { name: 's', attributes: 'path=/' },
  { name: 's', attributes: '' },
  { name: 'session', attributes: 'path=/; HttpOnly; Secure' },
  { name: 'Session-Id', attributes: 'Path=/;HttpOnly;SameSite=Lax;domain=.example' },
  { name: 's2', attributes: 'path=/a' },
]

/** A path and what lies below it. */
export function within(prefix: string): Section['covers'] {
  return ({ path }) => path === prefix || path.startsWith(`${prefix}/`)
}

/** The makings of a scenario. A third of all have their sessions in plain text. */
export function makingOf(seed: number, random: Random, places: Places): Making {
  const sealed = random.chance(0.6)
  const secrets = { cipher: random.pick(ciphers), passphrases: sealed ? passphrases.slice(0, 2) : [] }
  return { seed, random, places, secrets, headers: [`X-S${seed}`, `X-T${seed}`] }
}

/** What stands outside of all sections: the app, and what makes visible who is who. */
export function surroundings(
  { places, random, secrets }: Making,
  session: Said,
  lines: readonly string[] = [],
): Section {
  const isSaid = secrets.cipher !== 'aes256' || random.chance(0.5)
  const sealing = { passphrases: secrets.passphrases, ...(isSaid && { cipher: secrets.cipher }) }
  return {
    opening: undefined,
    kind: 'server',
    covers: () => true,
    session: { cookie: random.pick(cookies), ...(secrets.passphrases.length > 0 && sealing), ...session },
    lines: [
      `DocumentRoot ${places.folder}/htdocs`,
      'RequestHeader set X-Said-Session "%{HTTP_SESSION}e"',
      'RequestHeader set X-Said-User "expr=%{REMOTE_USER}"',
      'Header always set X-Answered-User "expr=%{REMOTE_USER}"',
      ...lines,
    ],
  }
}

/** Passes everything to the app but for files. */
export function passing({ places }: Making): string[] {
  return ['ProxyPass /static !', 'ProxyPass /login.html !', `ProxyPass / ${places.app}/`]
}

/** Some directives about sessions. @param share How many of them, from 0 to 1. */
export function someSession({ random, secrets, headers }: Making, share: number): Said {
  const lists = secrets.passphrases.map((_, at) => [
    ...secrets.passphrases.slice(at),
    ...secrets.passphrases.slice(0, at),
  ])
  const said = {
    on: random.maybe(share, () => random.chance(0.8)),
    cookie: random.maybe(share / 2, () => random.pick(cookies)),
    remove: random.maybe(share / 2, () => random.chance(0.6)),
    maxAge: random.maybe(share, () => random.pick([0, 100, 100, 1800, 86_400])),
    interval: random.maybe(share, () => random.pick([0, 30, 60, 600])),
    header: random.maybe(share, () => random.pick(headers)),
    env: random.maybe(share, () => random.chance(0.8)),
    include: random.maybe(share / 5, () => random.several(['/a', '/c', '/a/b', '/', '/static'], 2)),
    exclude: random.maybe(share / 5, () => random.several(['/a/b', '/ab', '/c/', '/x'], 1)),
    passphrases:
      lists.length === 0
        ? undefined
        : random.maybe(share, () => random.pick([...lists, secrets.passphrases.slice(0, 1)])),
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Said
}

/** The users of a scenario, whose attempts to log in are counted. The password of each is `pw`. */
export function usersOf(seed: number): readonly [bob: string, ann: string, withBlank: string] {
  return [`bob-${seed}`, `ann-${seed}`, `two words ${seed}`]
}
