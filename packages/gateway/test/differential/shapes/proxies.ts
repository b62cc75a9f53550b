import { Host, type Scenario, type Section } from '../scenario.ts'
import { type Making, passing, someSession, surroundings, within } from './making.ts'
import { someVisit } from './visits.ts'

const chains: readonly string[] = [
  '198.51.100.1',
  '203.0.113.9, 198.51.100.1',
  '198.51.100.1, 127.0.0.1',
  '203.0.113.9, 192.0.2.7, 10.1.2.3',
  '10.0.0.5',
  '192.168.1.1, 10.0.0.5',
  '2001:db8::7',
  '2001:db8::7, 10.0.0.1',
  'unknown, 10.0.0.1',
  'unknown',
  '',
  ' 198.51.100.1 ',
  '198.51.100.1,10.0.0.1,',
  '1.2.3.4.5',
  '127.0.0.9',
]

/** Visitors behind proxies, whose word is taken or not. */
export function proxies(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets } = making
  const { cookie: _, ...session } = someSession(making, 0.2)
  const header = random.pick(['X-Forwarded-For', 'X-Client', 'X-Client'])
  const tellsProxies = random.chance(0.5)
  const trusting = [
    'RemoteIPInternalProxy 127.0.0.0/8',
    'RemoteIPInternalProxy 127.0.0.0/8 10.0.0.0/8',
    'RemoteIPTrustedProxy 127.0.0.0/8\nRemoteIPInternalProxy 10.0.0.0/8',
    'RemoteIPTrustedProxy 127.0.0.0/8 192.0.2.0/24 2001:db8::/32',
    'RemoteIPInternalProxy 192.0.2.1',
  ]
  const sections: Section[] = [
    {
      opening: 'Location /a',
      kind: 'location',
      covers: within('/a'),
      lines: [random.pick(['Require ip 198.51.100.0/24', 'Require local', 'Require not ip 203.0.113.9'])].map((line) =>
        line.includes(' not ') ? `<RequireAll>\nRequire all granted\n${line}\n</RequireAll>` : line,
      ),
    },
    {
      opening: `If "%{REMOTE_ADDR} -ipmatch '198.51.100.0/24'"`,
      kind: 'condition',
      covers: () => false,
      lines: ['Header set X-Near "yes"'],
    },
  ]
  const server = surroundings(making, { on: true, env: true, ...session }, [
    `RemoteIPHeader ${header}`,
    random.pick(trusting),
    ...(tellsProxies ? ['RemoteIPProxiesHeader X-Through'] : []),
    'Header always set X-Address "expr=%{REMOTE_ADDR} %{CONN_REMOTE_ADDR}"',
    'SetEnvIf Remote_Addr "^198" near=$0',
    'RequestHeader set X-Near "%{near}e"',
    ...passing(making),
  ])
  const host = new Host(`h${seed}.example`, [server, ...sections])
  const visits = Array.from({ length: 6 + random.below(6) }, () => {
    const visit = someVisit(making, { hosts: [host.name], targets: ['/', '/a', '/a/x', '/c?d', '/static/page.html'] })
    const said = random.maybe(0.9, () => [[header, random.pick(chains)] as const]) ?? []
    const more = random.maybe(0.2, () => [['X-Through', '203.0.113.1'] as const]) ?? []
    const other = visit.fields.filter(([name]) => !/^x-(?:forwarded-for|through)$/i.test(name))
    return { ...visit, fields: [...other, ...said, ...more] }
  })
  return { seed, secrets, hosts: [host], remoteHeader: header.toLowerCase(), tellsProxies, visits }
}
