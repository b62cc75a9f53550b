import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'

interface Asset {
  readonly type: string
  readonly body: Buffer
  /** The address; the digest in it changes with the content, so that a browser may keep it for good. */
  readonly href: string
}

const style = load('style.css', 'text/css; charset=utf-8')
const icon = load('icon.svg', 'image/svg+xml')
const assets = new Map([style, icon].map((asset) => [asset.href, asset]))

/** Where the style sheet is. */
export const styleHref: string = style.href
/** Where the shop's sign is. */
export const iconHref: string = icon.href

/** Answers a request for a file of the shop. @returns Whether it was one. */
export function serveAsset(req: IncomingMessage, res: ServerResponse): boolean {
  const asset = assets.get(req.url ?? '')
  if (asset === undefined || (req.method !== 'GET' && req.method !== 'HEAD')) return false
  res.writeHead(200, {
    'content-type': asset.type,
    'content-length': asset.body.length,
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
  })
  res.end(asset.body)
  return true
}

function load(name: string, type: string): Asset {
  const body = readFileSync(new URL(`assets/${name}`, import.meta.url))
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 10)
  return { type, body, href: `/assets/${digest}/${name}` }
}
