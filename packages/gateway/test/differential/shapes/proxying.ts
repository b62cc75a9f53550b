import { Host, type Scenario, type Section } from '../scenario.ts'
import { type Making, someSession, surroundings, within } from './making.ts'
import { pathIn, someVisit } from './visits.ts'

const targets: readonly string[] = [
  '/',
  '/p',
  '/p/',
  '/p/x',
  '/px',
  '/p/x%20y;a=1?q=%20&r',
  '/p?x',
  '/s',
  '/s/',
  '/s/x/y',
  '/m12/a/b',
  '/m1/',
  '/m/x',
  '/nc/a%20b',
  '/nc/%7Ea//b',
  '/nc/../p',
  '/not/x',
  '/not/but/x',
  '/in/x',
  '/in',
  '/a/../p/x',
  '//p//x',
  '/p/./x',
  '/%70/x',
  '/p/%e8%8c%b6',
  '/p/%E9',
  '/nc/%ff%FE',
  '/m12/%80/b',
  '/in/%c3%28',
  '/two/x',
  '/two/three/x',
  '/p/a+b@c:d$,&=',
  '/p/a%3fb%23c%25d',
  '/p/a|b[]^`{}"<>',
  '/x?a|b"<>',
  '/p/%2e%2e/x',
  '/p/x?http://a/../b',
  '/h1.example/x',
  '/static/page.html',
]

/** Ways to an app, and ways back from it. */
export function proxying(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets, places } = making
  const { app } = places
  const ways = [
    `ProxyPass /p ${app}/q`,
    `ProxyPass /p/ ${app}/q2/`,
    `ProxyPass /s/ ${app}/s/`,
    `ProxyPassMatch ^/m(\\d+)/(.*)$ ${app}/match/$1/$2`,
    `ProxyPassMatch ^/(px.*)$ ${app}/$1`,
    `ProxyPass /nc ${app}/nc nocanon`,
    `ProxyPass /not/but ${app}/but`,
    'ProxyPass /not !',
  ]
  const back = [
    `ProxyPassReverse / ${app}/`,
    `ProxyPassReverse /p ${app}/q`,
    `ProxyPassReverse /s/ http://app.example/`,
    'ProxyPassReverse /p /q',
  ]
  const preserves = ['ProxyPreserveHost On', 'ProxyPreserveHost Off']
  const { cookie: _, ...session } = someSession(making, 0.15)
  const inside: Section = {
    opening: 'Location /in/',
    kind: 'location',
    covers: ({ path }) => path.startsWith('/in/'),
    lines: [`ProxyPass ${app}/within/`],
  }
  const several: Section[] = [
    {
      opening: 'Location /two',
      kind: 'location',
      covers: within('/two'),
      lines: [
        `ProxyPass ${app}/first`,
        `ProxyPass ${app}/second`,
        ...random.several(
          [`ProxyPassReverse ${app}/second`, `ProxyPassReverse ${app}/`, 'ProxyPassReverse /second'],
          2,
        ),
      ],
    },
    {
      opening: 'Location /two/three',
      kind: 'location',
      covers: within('/two/three'),
      lines: [
        random.pick([`ProxyPass ${app}/third`, 'ProxyPass !']),
        ...random.several([`ProxyPassReverse ${app}/third`, `ProxyPassReverse ${app}/`], random.below(2)),
      ],
    },
  ]
  const server = surroundings(making, { env: true, on: true, ...session }, [
    'ProxyPass /static !',
    ...random.several(ways, 3 + random.below(5)),
    ...(random.maybe(0.8, () => [`ProxyPass / ${app}/`]) ?? []),
    ...random.several(back, random.below(4)),
    ...random.several(preserves, random.below(2)),
  ])
  const host = new Host(`h${seed}.example`, [
    server,
    ...random.several([inside], random.below(2)),
    ...random.several(several, random.below(3)),
  ])
  const visits = Array.from({ length: 10 + random.below(8) }, () => {
    const target = random.pick(targets)
    const visit = someVisit(making, { hosts: [host.name], targets: [target], methods: ['GET', 'GET', 'POST'] })
    const location = random.pick([
      `${app}/q/back`,
      `${app}/within/x?y`,
      `${app}/second/x`,
      `${app}/third`,
      '/second/y',
      '/q/back',
      'http://app.example/x',
      `${app}`,
      `${app}/match#z`,
    ])
    const isRedirect = random.chance(0.4)
    const answer = isRedirect
      ? {
          ...visit.answer,
          status: random.pick([301, 302, 303, 307, 201]),
          fields: [...visit.answer.fields.filter(([name]) => name !== 'Location'), ['Location', location] as const],
        }
      : visit.answer
    return { ...visit, path: pathIn(target), answer }
  })
  return { seed, secrets, hosts: [host], visits }
}
