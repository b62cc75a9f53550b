import type { AppAnswer } from '../app.ts'
import type { Random } from '../random.ts'
import type { Bringing, CookieSpelling, Visit } from '../scenario.ts'
import type { Making } from './making.ts'

/** What differs from shape to shape. */
export interface VisitChoices {
  readonly hosts: readonly string[]
  readonly targets: readonly string[]
  readonly methods?: readonly string[]
}

/** A visit of no special kind. */
export function someVisit(making: Making, { hosts, targets, methods }: VisitChoices): Visit {
  const { random } = making
  const target = random.pick(targets)
  const usual = /^\/(?:static|login\.html)/.test(target) ? readingMethods : usualMethods
  const method = random.pick(methods ?? usual)
  return {
    host: random.pick(hosts),
    method,
    target,
    path: pathIn(target),
    fields: someFields(making),
    body: ['POST', 'PUT'].includes(method) ? random.pick(['hello=world', '', 'x'.repeat(3000)]) : undefined,
    bringing: someBringing(random),
    spelling: someSpelling(random),
    answer: someAnswer(making, method),
  }
}

const usualMethods = ['GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']
/** What a file can be asked for. */
const readingMethods = ['GET', 'GET', 'HEAD', 'POST']

/** The path of a target, decoded and normalized: octets, one in each character. */
export function pathIn(target: string): string {
  const [raw = ''] = target.split('?', 1)
  // What both servers refuse belongs to no section.
  if (/%2f|%(?![\da-f]{2})/i.test(raw)) return '/'
  const segments: string[] = []
  const plain = raw.replaceAll(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  const parts = plain.split('/').slice(1)
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1
    if (part === '..') segments.pop()
    else if (part !== '.' && (part !== '' || isLast)) segments.push(part)
    if (isLast && (part === '.' || part === '..')) segments.push('')
  }
  return `/${segments.join('/')}`
}

function someFields({ random, headers }: Making): Visit['fields'] {
  const fields: [string, string][] = []
  const maybe = (share: number, name: string, values: readonly string[]): void => {
    if (random.chance(share)) fields.push([name, random.pick(values)])
  }
  maybe(0.2, 'Accept', ['text/html,*/*', 'application/json'])
  if (random.chance(0.15))
    fields.push(['Sec-Fetch-Mode', 'navigate'], ['Sec-Fetch-Dest', random.pick(['document', 'iframe'])])
  maybe(0.08, random.pick(headers), ['admin=1', 'x'])
  maybe(0.05, 'Session', ['admin=1'])
  maybe(0.05, 'X-Forwarded-For', ['192.0.2.1'])
  maybe(0.05, 'X-Remote-User', ['root'])
  maybe(0.1, 'Content-Type', ['text/plain', 'application/json'])
  maybe(0.1, 'Connection', ['close'])
  maybe(0.1, 'X-Other', ['one', 'two'])
  return fields
}

/** What sessions hold when no server has written them. */
const forgeries: readonly string[] = [
  'a=1',
  'a=1&b=2&cart=tea',
  'a=1&expiry={NOW+50}',
  'a=1&expiry={NOW+5000}',
  'expiry={NOW+10}&a=1&lang=ja',
  'a=1&expiry={NOW-100}',
  'a=1&expiry=5',
  'expiry=-1&a=1',
  'a=1&expiry=abc',
  'A=1&a=2&b=3',
  'a==b',
  'a=b=c',
  '&&a=1&&b=2&',
  'a=%25zz&b=%e8%8c%b6',
  'k=%7e%21*%28%29-._+%2f',
  'a=%0d%0aX',
  '==',
  'expiry={NOW+100}',
  `long=${'x'.repeat(700)}`,
]

function someBringing(random: Random): Bringing {
  const kind = random.below(20)
  if (kind < 9) return { how: 'own' }
  if (kind < 12) return { how: 'crossed' }
  if (kind === 12) return { how: 'none' }
  if (kind === 13) return { how: 'tampered', at: random.below(1000) / 1000, by: random.pick(['flip', 'cut', 'insert']) }
  if (kind === 14) return { how: 'twice', other: random.maybe(0.7, () => random.pick(['b=2', 'x'])) }
  return { how: 'forged', content: random.pick(forgeries), passphrase: random.pick([0, 0, 0, 1, 9]) }
}

/** Values of other programs: commas, quotes and colons in them, which servers take apart in their own ways. */
const jsonCookies: readonly string[] = [
  'prefs={"a":1,"s":2}',
  'list=[1,2,"s"]',
  'cart={"items":[{"id":"a b","n":1}],"x":"y=z"}',
  'encoded=%7B%22s%22%3A%221%3B2%22%7D',
  'empty=',
  'quoted="a\\"b, c"',
]

function someSpelling(random: Random): CookieSpelling {
  const other = ['other=1', 'xs=a=1', 'ss=2', 'theme="dark"', 'S=capital', ...jsonCookies]
  return {
    before: random.several(other, random.pick([0, 0, 0, 1, 2])),
    after: random.several(['last=1', '$Path=/', 'z'], random.pick([0, 0, 0, 0, 1])),
    separator: random.pick(['; ', '; ', '; ', ';', ',', ';  ']),
  }
}

/** What apps say in SessionHeader. */
const sayings: readonly string[] = [
  'n=1',
  'a=2',
  'a=',
  'a',
  'k1=v1&k2=v2&cart=coffee',
  'A=3&b=',
  '',
  '=',
  'x=%zz&y=1',
  'u=%e8%8c%b6+x',
  'e=a&expiry=1',
  `big=${'y'.repeat(500)}`,
]

export function someAnswer({ random, headers }: Making, method: string): AppAnswer {
  const status = random.pick([200, 200, 200, 200, 200, 200, 201, 204, 302, 304, 404, 500, 401, 403])
  const fields: [string, string][] = []
  const maybe = (share: number, name: string, values: readonly string[]): void => {
    if (random.chance(share)) fields.push([name, random.pick(values)])
  }
  maybe(0.6, random.pick(headers), sayings)
  maybe(0.1, random.pick(headers), sayings)
  maybe(0.2, 'Cache-Control', ['max-age=60', 'public, max-age=60', 'no-store', 'private', 'no-cache'])
  maybe(0.1, 'Vary', ['Accept', 'Cookie', 'accept-encoding, cookie', '*'])
  maybe(0.15, 'Set-Cookie', ['app=1; Path=/', 'x=y'])
  maybe(0.05, 'Set-Cookie', ['second=2'])
  if (status === 302) fields.push(['Location', random.pick(['/elsewhere', 'http://app.example/x?y=1', '/a/b?c#d'])])
  if (status === 401) fields.push(['WWW-Authenticate', 'Basic realm="the app"'])
  const body = method === 'HEAD' ? '' : random.pick(['hello', '', 'all the same '])
  return { status, fields, body, times: random.pick([1, 1, 5000]), chunked: random.chance(0.3) }
}
