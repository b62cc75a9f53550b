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
  const chained = (): string[] => random.several(chains, random.below(3)).concat(rules())
  const sections: Section[] = [
    { opening: 'Location /a', kind: 'location', covers: () => false, lines: chained() },
    { opening: 'LocationMatch "/b"', kind: 'location', covers: () => false, lines: rules() },
    {
      opening: 'LocationMatch "^/(?<first>[a-z]+)/(?<rest>.+)$"',
      kind: 'location',
      covers: () => false,
      lines: ['RequestHeader set X-Match "%{MATCH_FIRST}e %{MATCH_REST}e"', ...chained()],
    },
    { opening: `If "%{REQUEST_METHOD} in { 'POST', 'PUT' }"`, kind: 'condition', covers: () => false, lines: rules() },
    {
      opening: `If "reqenv('got') == '1' || -n reqenv('other')"`,
      kind: 'condition',
      covers: () => false,
      lines: ['Header set X-Got "yes"'],
    },
    { opening: 'Files "*.html"', kind: 'files', covers: () => false, lines: rules() },
  ]
  const { cookie: _, ...session } = someSession(making, 0.3)
  const server = surroundings(making, { env: true, ...session, on: random.chance(0.7) }, [
    'SetEnv known 1',
    ...random.several(chains, random.below(4)),
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

/** Variables by what a request looks like, each of another name, some by the variables of others. */
const chains: readonly string[] = [
  'SetEnvIf Request_Method "^(P.*)$" posting=$1 known=posted',
  'SetEnvIf Request_URI "/b" deep !known',
  'SetEnvIf X-Other "^(.)(.*)$" other=$2$1',
  'SetEnvIf other "^n" twisted=$0',
  'SetEnvIf ^X-O.* "^t" two=yes',
  'SetEnvIf nothing "^$" absent=1',
  'SetEnvIfNoCase accept "JSON" json=1',
  'SetEnvIfNoCase X-Other "ONE" loud=$0',
  'BrowserMatch "^$" quiet=1',
  `SetEnvIfExpr "%{REQUEST_METHOD} == 'GET'" got=1`,
  `SetEnvIfExpr "%{req_novary:X-Other} =~ /^(t)(w)/" pair=$2-$1 !quiet`,
  `SetEnvIfExpr "-n reqenv('other') && %{req_novary:Accept} -strmatch '*html*'" both=1`,
  'SetEnvIfExpr "true" always=1',
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
  'Header set X-Status "expr=%{REQUEST_STATUS}"',
  'Header always set X-Always-Status "expr=%{REQUEST_STATUS}"',
  'Header set X-Failed "yes" "expr=%{REQUEST_STATUS} -ge 400"',
  'Header set X-Chained "%{posting}e %{other}e %{twisted}e %{pair}e %{MATCH_REST}e"',
  'Header set X-Loud "yes" env=loud',
  `Header set X-Asked "yes" "expr=%{req_novary:X-Other} == 'one'"`,
  'Header set X-Accepts "expr=%{req_novary:Accept}"',
  'Header set X-Visitor "expr=%{req_novary:X-Other}"',
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
  'RequestHeader set X-Chain "%{deep}e %{two}e %{absent}e %{json}e %{quiet}e %{got}e %{both}e %{always}e"',
  `RequestHeader set X-Is-One "yes" "expr=%{req_novary:X-Other} == 'one'"`,
]
