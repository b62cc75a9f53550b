import type { Random } from '../random.ts'
import { Host, type Scenario, type Section, type Visit } from '../scenario.ts'
import { type Making, passing, someSession, surroundings, usersOf, within } from './making.ts'
import { someVisit } from './visits.ts'

const targets = ['/free', '/a', '/a/x', '/a/b', '/a/b/c', '/c', '/c/x', '/c/deep/x?q=1', '/static/page.html']

/** Basic authentication before sections, with requirements in all kinds of containers, and a section within a section. */
export function basic(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets } = making
  const sections = ['/a', '/a/b', '/c'].map((prefix): Section => {
    const isWithin = prefix === '/a/b'
    const { cookie: _, ...session } = someSession(making, 0.2)
    return {
      opening: `Location ${prefix}`,
      kind: 'location',
      covers: within(prefix),
      session,
      ...(!isWithin && { access: { type: 'basic', realm: `realm of ${prefix}` } }),
      lines: [
        ...(isWithin ? [`AuthMerging ${random.pick(['Off', 'And', 'Or'])}`] : loginFor(making, prefix)),
        ...(random.maybe(0.3, () => ['AuthzSendForbiddenOnFailure On']) ?? []),
        ...requirements(making, 'RequireAny', isWithin ? 1 : 2),
      ],
    }
  })
  const { cookie: _, ...session } = someSession(making, 0.25)
  const server = surroundings(making, { on: true, env: true, ...session }, passing(making))
  const host = new Host(`h${seed}.example`, [server, ...sections])
  const visits = Array.from({ length: 8 + random.below(6) }, () => basicVisit(making, host.name))
  return { seed, secrets, hosts: [host], visits }
}

function loginFor({ places }: Making, prefix: string): string[] {
  return [
    'AuthType Basic',
    `AuthName "realm of ${prefix}"`,
    `AuthUserFile ${places.folder}/users`,
    `AuthGroupFile ${places.folder}/groups`,
  ]
}

function leavesFor([bob, ann]: ReturnType<typeof usersOf>): readonly string[] {
  return [
    'valid-user',
    'valid-user',
    'all granted',
    'all denied',
    `user ${bob}`,
    `user ${ann} ${bob}`,
    'group staff',
    'env nothing',
    'method GET',
    'method POST HEAD',
    'ip 127.0.0.0/8',
    'ip 192.0.2.0/24',
    'local',
    `expr "%{REMOTE_USER} == '${bob}'"`,
    `expr "%{QUERY_STRING} == 'q=1'"`,
  ]
}

function requirements(making: Making, container: string, depth: number): string[] {
  const { random, seed } = making
  const rules = Array.from({ length: 1 + random.below(2) }, () => requirement(making, container, depth)).flat()
  // Both servers refuse a container that lets nobody in.
  return container === 'RequireAll' ? [`Require ${random.pick(leavesFor(usersOf(seed)))}`, ...rules] : rules
}

function requirement(making: Making, container: string, depth: number): string[] {
  const { random, seed } = making
  if (depth > 0 && random.chance(0.3)) {
    const kind = random.pick(['RequireAll', 'RequireAny', ...(container === 'RequireAll' ? ['RequireNone'] : [])])
    return [`<${kind}>`, ...requirements(making, kind, depth - 1), `</${kind}>`]
  }
  const not = container === 'RequireAll' && random.chance(0.2) ? 'not ' : ''
  return [`Require ${not}${random.pick(leavesFor(usersOf(seed)))}`]
}

function basicVisit(making: Making, host: string): Visit {
  const { random, seed } = making
  const visit = someVisit(making, { hosts: [host], targets })
  const credentials = random.maybe(0.7, () => someCredentials(random, usersOf(seed)))
  if (credentials === undefined) return visit
  return { ...visit, fields: [...visit.fields, ['Authorization', credentials]] }
}

function someCredentials(random: Random, users: readonly string[]): string {
  const pair = `${random.pick(users)}:${random.chance(0.8) ? 'pw' : 'wrong'}`
  const encoded = Buffer.from(pair).toString('base64')
  return random.pick([`Basic ${encoded}`, `Basic ${encoded}`, `basic ${encoded}`, 'Bearer token', 'Basic !!!!'])
}
