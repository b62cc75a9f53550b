// The gatehouse in plain Node, for machines that have neither Python nor PHP: gatehouse.py says what it is about.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

const page = readFileSync(new URL('page.html', import.meta.url), 'utf8')
const words = JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8'))
const key = Buffer.from(process.env.SESSION_KEY, 'hex')

/** The id of the session; undefined unless the gateway has signed it within the last five minutes. */
function signedId(header = '') {
  const [, id, time, signature] = /^([\w-]{22,80})\.(\d{1,12})\.([\w-]{43})$/.exec(header) ?? []
  if (id === undefined) return undefined
  const mine = createHmac('sha256', key).update(`${id}.${time}`).digest()
  const age = Date.now() / 1000 - Number(time)
  return timingSafeEqual(mine, Buffer.from(signature, 'base64url')) && age >= -30 && age <= 300 ? id : undefined
}

function show(request, id) {
  const session = new URLSearchParams(request.headers.session)
  const wish = request.headers['accept-language']?.startsWith('ja') ? 'ja' : 'en'
  const wanted = session.get('language') ?? wish
  const lang = Object.hasOwn(words, wanted) ? wanted : 'en'
  let count = 0
  for (const pieces of Object.values(JSON.parse(session.get('cart') ?? '{}'))) count += pieces
  const values = {
    ...words[lang],
    lead: words[lang].lead.replace('{language}', `Node ${process.versions.node}`),
    lang,
    is_ja: lang === 'ja',
    is_en: lang === 'en',
    user: Buffer.from(request.headers['x-remote-user'] ?? '', 'latin1').toString(),
    count,
    id,
  }
  const escaped = (value) => String(value).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const body = page.replaceAll(/\{(\w+)\}/g, (gap, name) => escaped(values[name]))
  return [200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }, body]
}

function change(request, form) {
  const session = new URLSearchParams(request.headers.session)
  const changes = new URLSearchParams()
  if (Object.hasOwn(words, form.get('language') ?? '')) changes.set('language', form.get('language'))
  if (form.get('add') === 'pass') {
    const cart = JSON.parse(session.get('cart') ?? '{}')
    changes.set('cart', JSON.stringify({ ...cart, pass: Math.min((cart.pass ?? 0) + 1, 20) }))
  }
  return [303, { Location: '/gatehouse/', 'X-Signed-Session': changes.toString() }, '']
}

async function answer(request) {
  const form = new URLSearchParams(await text(request))
  const id = signedId(request.headers['x-signed-session'])
  const isOwn = (request.headers['sec-fetch-site'] ?? 'same-origin') === 'same-origin'
  if (id === undefined || (request.method === 'POST' && !isOwn)) return [403, {}, '']
  if (request.method === 'POST') return change(request, form)
  return request.url === '/gatehouse/' ? show(request, id) : [404, {}, '']
}

createServer(async (request, response) => {
  const [status, headers, body] = await answer(request)
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
}).listen(Number(process.env.PORT), '127.0.0.1')
