/**
 * Where a request goes and which address a visitor is shown, compared with what the real server does with the same lines.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { requestPath } from '../config/request-path.ts'
import { compileRegex } from '../config/regex.ts'
import { startApache } from '../../../../scripts/services.ts'
import { App } from '../../test/proxy/apps.ts'
import { say } from '../../test/proxy/raw-client.ts'
import { reversedAddress } from './reverse.ts'
import { type Route, routeFor } from './routes.ts'
import { parseTarget } from './target.ts'

const modules = ['proxy', 'proxy_http']

/** Sections first: they are asked first. APP stands for the app's URL. */
const sections: readonly (readonly [path: string, target: string])[] = [
  ['/section', 'APP/s'],
  ['/section/deep/', 'APP/deep/'],
  ['/app/section', 'APP/from-section'],
  ['/excepted', '!'],
]
const lines: readonly (readonly [
  kind: 'ProxyPass' | 'ProxyPassMatch',
  subject: string,
  target: string,
  parameters?: string,
])[] = [
  ['ProxyPass', '/not', '!'],
  ['ProxyPass', '/app/deep', 'APP/deep'],
  ['ProxyPass', '/app', 'APP/base'],
  ['ProxyPass', '/slash', 'APP/'],
  ['ProxyPass', '/folder/', 'APP/f/'],
  ['ProxyPass', '/bare', 'APP'],
  ['ProxyPass', '/blank', 'APP/a b/c'],
  ['ProxyPass', '/a b', 'APP/ab'],
  ['ProxyPass', '/raw', 'APP/raw', 'nocanon'],
  ['ProxyPass', '/excepted', 'APP/excepted'],
  ['ProxyPass', '/first', 'APP/one'],
  ['ProxyPass', '/first/longer', 'APP/two'],
  ['ProxyPass', '/query', 'APP/q?fixed=1'],
  ['ProxyPassMatch', String.raw`^/item/(\d+)/(.*)$`, 'APP/items/$2/$1'],
  ['ProxyPassMatch', '^/not-these/', '!'],
  ['ProxyPassMatch', '^/(?:not-these|these)/(.*)$', 'APP/these/$1'],
  ['ProxyPassMatch', String.raw`\.gif$`, 'APP/images'],
  ['ProxyPassMatch', '^(/whole/.*)$', 'APP$1'],
]
const targets = [
  ['/', '/not', '/not/x', '/notes', '/app', '/app/', '/app/x', '/app?x', '/app/x?', '/app/x?a=/b?c#', '/apple'],
  ['/app/deep', '/app/deep/x', '/slash', '/slash/x', '/folder', '/folder/', '/folder/x', '/bare', '/bare/', '/bare/x'],
  ['/blank/x', '/a%20b/x', '/app/a%20b', '/app/%41%7e%2e', '/app/a%25b', '/app/%e3%81%82', '/app/x;y=1,2'],
  [
    '/app/a[b]{c}|d^e`f"g<h>',
    "/app/~$-_.+!*'(),;:@&=",
    '/app/a%3fb%23c',
    '/app/x?q=%20|{}"<>',
    '/app//x///y',
    '//app/x',
  ],
  [
    '/app/./x/../y',
    '/app/../app/z',
    '/app/a%0ab',
    '/raw',
    '/raw/a%20b?x=1',
    '/raw//x',
    '/raw/%41',
    '/ra%77/x',
    '/raw?x',
  ],
  ['/section', '/section/x', '/sectional', '/section/deep/x', '/app/section/x', '/excepted/x'],
  ['/first/longer/x', '/query/x', '/query/x?y=1', '/item/12/x%20y', '/item/12/', '/item/x/12', '/item/12/x%3fy?z'],
  ['/not-these/x', '/these/x/y?z', '/these/', '/pictures/a.gif', '/a.gif?b', '/whole/x', '/whole/'],
]
  .flat()
  .filter((target) => !target.includes('#'))

function config(app: string): string {
  const quoted = (target: string): string => `"${target.replace('APP', app)}"`
  const told = sections.map(([path, target]) => `<Location "${path}">\nProxyPass ${quoted(target)}\n</Location>`)
  return [
    ...told,
    ...lines.map(([kind, subject, target, more = '']) => `${kind} "${subject}" ${quoted(target)} ${more}`),
  ].join('\n')
}

function routes(app: string): Route[] {
  const target = (text: string, parameters = ''): Route['target'] =>
    text === '!'
      ? undefined
      : parseTarget(text.replace('APP', app), new Map(parameters === '' ? [] : [[parameters, '']]))
  const ofSections = [...sections].toReversed().map(([path, text]): Route => ({ path, target: target(text) }))
  return [
    ...ofSections,
    ...lines.map(([kind, subject, text, more]): Route => {
      if (kind === 'ProxyPass') return { path: subject, target: target(text, more) }
      const regex = compileRegex(subject)
      return { target: target(text, more), ...(typeof regex === 'string' ? {} : { regex }) }
    }),
  ]
}

it('passes a request to the same path of the app as the real server', async (t) => {
  await using app = await App.open((request, response) => response.end(`[${request.url ?? ''}]`))
  const apache = await startApache({ modules, conf: config(app.url) })
  t.after(() => apache.stop())
  const own = routes(app.url)
  const real: string[] = []
  const ours: string[] = []
  for (const target of targets) {
    const answer = await say(apache.port, `GET ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n`)
    real.push(`${target} → ${/\[(.*)\]/.exec(answer)?.[1] ?? 'nowhere'}`)
    const path = requestPath(target)
    ours.push(`${target} → ${(path === undefined ? undefined : routeFor(own, path, target)?.path) ?? 'nowhere'}`)
  }
  assert.deepEqual(ours, real)
  assert.ok(real.filter((line) => !line.endsWith('nowhere')).length > 50)
})

const reverses: readonly (readonly [path: string, target: string])[] = [
  ['/r', 'APP/r'],
  ['/r', 'http://other.example/o'],
  ['/p', '/internal'],
  ['https://abs.example/', 'http://absapp/'],
  ['/all/', 'APP/'],
]
const addresses = [
  [
    'APP/r/login',
    'APP/r',
    'APP/rx',
    'APP/R/login',
    'HTTP://Other.Example/o/z?a#b',
    '/r/login',
    '/internal/y',
    'internal/y',
  ],
  [
    'http://x.example/internal/y',
    'APP/else',
    'APP/',
    'http://absapp/q',
    'http://absapp',
    '//127.0.0.1/r',
    'mailto:a@b',
    '',
  ],
].flat()

it('shows a visitor the same address as the real server', async (t) => {
  await using app = await App.open((request, response) => {
    const address = decodeURIComponent(request.url ?? '').slice('/r/'.length)
    response.writeHead(302, ['Location', address, 'Content-Location', address, 'URI', address, 'Destination', address])
    response.end()
  })
  const told = reverses.map(([path, target]) => `ProxyPassReverse ${path} ${target.replace('APP', app.url)}`)
  const conf = ['AllowEncodedSlashes NoDecode', `ProxyPass /r ${app.url}/r nocanon`, ...told].join('\n')
  const apache = await startApache({ modules, conf })
  t.after(() => apache.stop())
  const rules = reverses.map(([path, target]) => ({ path, target: target.replace('APP', app.url) }))
  for (const address of addresses.map((text) => text.replace('APP', app.url))) {
    const request = `GET /r/${encodeURIComponent(address)} HTTP/1.1\r\nHost: shop.example:8080\r\nConnection: close\r\n\r\n`
    const answer = await say(apache.port, request)
    const shown = [...answer.matchAll(/^(?:Location|Content-Location|URI|Destination): ?(.*)\r$/gm)].map(
      ([, value]) => value,
    )
    const ours = reversedAddress(address, rules, 'http://shop.example:8080')
    assert.deepEqual(Array<string>(4).fill(ours), shown, address)
  }
})
