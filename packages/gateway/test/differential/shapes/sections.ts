import { Host, type Scenario, type Section } from '../scenario.ts'
import { type Making, passing, someSession, surroundings, within } from './making.ts'
import { someVisit } from './visits.ts'

type Opening = Pick<Section, 'opening' | 'kind' | 'covers' | 'varies'>

const matching =
  (pattern: RegExp): Section['covers'] =>
  ({ path }) =>
    pattern.test(path)

/** Files are looked at where no app answers. */
const named =
  (pattern: RegExp): Section['covers'] =>
  ({ path }) =>
    path.startsWith('/static/') && pattern.test(path)

const openings: readonly Opening[] = [
  { opening: 'Location /a', kind: 'location', covers: within('/a') },
  { opening: 'Location /a/b', kind: 'location', covers: within('/a/b') },
  { opening: 'Location /c/', kind: 'location', covers: ({ path }) => path.startsWith('/c/') },
  { opening: 'Location "/w*/x"', kind: 'location', covers: matching(/^\/w[^/]*\/x$/) },
  { opening: 'Location /static', kind: 'location', covers: within('/static') },
  { opening: 'LocationMatch "^/(a|c)/"', kind: 'location', covers: matching(/^\/(a|c)\//) },
  { opening: 'LocationMatch "\\.html$"', kind: 'location', covers: matching(/\.html$/) },
  { opening: 'Location ~ "b"', kind: 'location', covers: matching(/b/) },
  { opening: 'Files "page.html"', kind: 'files', covers: named(/\/page\.html$/) },
  { opening: 'FilesMatch "\\.txt$"', kind: 'files', covers: named(/\.txt$/) },
  {
    opening: `If "%{REQUEST_METHOD} == 'POST'"`,
    kind: 'condition',
    covers: ({ method }) => method === 'POST',
  },
  { opening: 'If "%{QUERY_STRING} =~ /z=1/"', kind: 'condition', covers: ({ target }) => /[?].*z=1/.test(target) },
  {
    opening: `If "%{HTTP:X-Other} == 'one'"`,
    kind: 'condition',
    covers: ({ fields = [] }) => fields.some(([name, value]) => name === 'X-Other' && value === 'one'),
    varies: ['x-other'],
  },
  {
    opening: 'If "%{HTTP_ACCEPT} =~ /json/"',
    kind: 'condition',
    covers: ({ fields = [] }) => fields.some(([name, value]) => name === 'Accept' && value.includes('json')),
    varies: ['accept'],
  },
  { opening: 'If "%{REQUEST_URI} =~ m#^/c#"', kind: 'condition', covers: ({ path }) => path.startsWith('/c') },
]

export const targets: readonly string[] = [
  '/',
  '/a',
  '/a/',
  '/a/x',
  '/ab',
  '/a/b',
  '/a/b/c',
  '/c',
  '/c/x?z=1',
  '/a?q=1&z=1',
  '/wa/x',
  '/wa',
  '/x.html',
  '/a/x.html',
  '//a//b',
  '/a/./x',
  '/c/../a/x',
  '/%61/b',
  '/a%20x',
  '/c/%e8%8c%b6',
  '/c/%e8%8c',
  '/a/%ff%fe/x.html',
  '/static/page.html',
  '/static/page.html',
  '/static/note.txt',
  '/static/missing.html',
]

/** Sections of all kinds on top of one another, each with some of the directives about sessions. */
export function sections(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets } = making
  const chosen = random
    .several(openings, 2 + random.below(4))
    .map((opening): Section => ({ ...opening, session: someSession(making, 0.4) }))
  const server = surroundings(making, { on: true, env: true, ...someSession(making, 0.4) }, passing(making))
  const host = new Host(`h${seed}.example`, [server, ...chosen])
  const visits = Array.from({ length: 6 + random.below(6) }, () => someVisit(making, { hosts: [host.name], targets }))
  return { seed, secrets, hosts: [host], visits }
}
