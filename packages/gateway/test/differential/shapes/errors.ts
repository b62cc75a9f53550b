import { Host, type Scenario, type Section } from '../scenario.ts'
import { type Making, passing, someSession, surroundings, within } from './making.ts'
import { someVisit } from './visits.ts'

const targets = [
  '/a',
  '/a/x',
  '/free',
  '/denied',
  '/denied/x',
  '/missing/x?q=1',
  '/gone',
  '/gone/x',
  '/moved/x?q=1',
  '/moved',
  '/old',
  '/old/x?q=1',
  '/old2/a%20b',
  '/static/missing.html',
  '/static/page.html',
]

/** Errors of the servers themselves, the pages for them, and what is elsewhere. */
export function errors(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets } = making
  const pages = [
    [
      'ErrorDocument 403',
      random.pick(['"no way"', '/pages/denied', '/static/page.html', 'http://elsewhere.example/no']),
    ],
    ['ErrorDocument 404', random.pick(['"not here"', '/pages/missing', '/static/note.txt', '/static/missing.html'])],
    ['ErrorDocument 410', random.pick(['"gone"', '/pages/gone?x=1'])],
  ]
  const documents = random.several(pages, random.below(4)).map((words) => words.join(' '))
  // The page of an error has a session where the place of the error has one.
  const { cookie: _, include: _include, exclude: _exclude, ...session } = someSession(making, 0.3)
  const { cookie: __, ...ofA } = someSession(making, 0.3)
  const sections: Section[] = [
    { opening: 'Location /a', kind: 'location', covers: within('/a'), session: ofA },
    { opening: 'Location /denied', kind: 'location', covers: within('/denied'), lines: ['Require all denied'] },
    {
      opening: 'Location /gone',
      kind: 'location',
      covers: within('/gone'),
      lines: [random.pick(['Redirect gone /gone', 'Redirect 410 /gone'])],
    },
    {
      opening: 'Location /moved',
      kind: 'location',
      covers: within('/moved'),
      lines: [random.pick(movedLines)],
    },
  ]
  const redirects = [
    'Redirect /old http://elsewhere.example/new',
    'RedirectMatch 301 ^/old2/(.*)$ http://elsewhere.example/$1?from=2',
    'ProxyPass /old !',
    'ProxyPass /old2 !',
    'ProxyPass /missing !',
  ]
  const server = surroundings(making, { on: true, env: true, ...session }, [
    ...documents,
    ...redirects,
    ...passing(making),
  ])
  const host = new Host(`h${seed}.example`, [server, ...sections])
  const visits = Array.from({ length: 8 + random.below(6) }, () =>
    someVisit(making, { hosts: [host.name], targets, methods: ['GET'] }),
  )
  return { seed, secrets, hosts: [host], visits }
}

const movedLines = [
  'Redirect 302 http://elsewhere.example/',
  'Redirect /moved http://elsewhere.example/new',
  'Redirect seeother /moved http://elsewhere.example/where?to=1',
  'Redirect 307 "http://elsewhere.example/where?to=%{REQUEST_METHOD}"',
  'RedirectMatch 308 ^/moved/(.*)$ http://elsewhere.example/$1',
]
