import { Host, type Scenario, type Section } from '../scenario.ts'
import type { Making } from './making.ts'
import { passing, someSession, surroundings } from './making.ts'
import { someVisit } from './visits.ts'
import { targets } from './sections.ts'

/** Changes to the fields of requests and answers, in sections on top of one another. */
export function headers(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets } = making
  const rules = (): string[] =>
    random.several(answerRules, random.below(5)).concat(random.several(requestRules, random.below(4)))
  const sections: Section[] = [
    { opening: 'Location /a', kind: 'location', covers: () => false, lines: rules() },
    { opening: 'LocationMatch "/b"', kind: 'location', covers: () => false, lines: rules() },
    { opening: `If "%{REQUEST_METHOD} in { 'POST', 'PUT' }"`, kind: 'condition', covers: () => false, lines: rules() },
    { opening: 'Files "*.html"', kind: 'files', covers: () => false, lines: rules() },
  ]
  const { cookie: _, ...session } = someSession(making, 0.3)
  const server = surroundings(making, { env: true, ...session, on: random.chance(0.7) }, [
    'SetEnv known 1',
    ...rules(),
    ...passing(making),
  ])
  const host = new Host(`h${seed}.example`, [server, ...sections])
  const visits = Array.from({ length: 8 + random.below(6) }, () => {
    const visit = someVisit(making, { hosts: [host.name], targets })
    const said: [string, string][] = random.several(appFields, random.below(5)).map((field) => [...field])
    return { ...visit, answer: { ...visit.answer, fields: [...visit.answer.fields, ...said] } }
  })
  return { seed, secrets, hosts: [host], visits }
}

const appFields: readonly (readonly [string, string])[] = [
  ['X-App', 'from the app'],
  ['X-App', 'again'],
  ['X-Both', 'app'],
  ['X-Gone', 'secret'],
  ['X-Powered-By', 'PHP'],
  ['Content-Language', 'ja'],
  ['X-List', 'a, b'],
]

const answerRules: readonly string[] = [
  'Header set X-Set "one"',
  'Header set X-Both "gateway"',
  'Header always set X-Always "yes"',
  'Header always set X-Both "always"',
  'Header add X-Both "added"',
  'Header append X-List "c"',
  'Header merge X-List "a"',
  'Header merge X-List "d"',
  'Header append X-App "appended"',
  'Header unset X-Gone',
  'Header always unset X-Powered-By',
  'Header unset X-Powered-By',
  'Header setifempty X-App "empty"',
  'Header edit X-App "the (\\w+)" "$1 of $0"',
  'Header edit* X-App "[aeiou]" "_"',
  'Header set X-Method "expr=%{REQUEST_METHOD} %{REQUEST_URI}"',
  'Header set X-Env "%{known}e and %{nothing}e"',
  'Header set X-Known "yes" env=known',
  'Header set X-Unknown "yes" env=!known',
  `Header set X-Posted "yes" "expr=%{REQUEST_METHOD} == 'POST'"`,
  'Header set Content-Language "en"',
  'Header set X-Percent "100%% \\"sure\\""',
  'Header merge Cache-Control "max-age=5"',
]

const requestRules: readonly string[] = [
  'RequestHeader set X-In "set"',
  'RequestHeader append X-Other "appended"',
  'RequestHeader add X-In "added"',
  'RequestHeader unset X-Other',
  'RequestHeader setifempty X-Other "empty"',
  'RequestHeader edit X-Other "o" "0"',
  'RequestHeader edit* X-Other "[aeiou]" "_"',
  'RequestHeader merge X-Other "one"',
  'RequestHeader set X-Env "%{known}e"',
  'RequestHeader set X-Known "yes" env=known',
  'RequestHeader unset Accept',
]
