import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { serveAsset } from './assets.ts'
import type { Answer } from './visit.ts'

/** A shop that can be opened with `server.listen` and closed. */
export interface Shop {
  readonly server: Server
  /** Takes no more requests, finishes those under way, and lets go of the sessions. */
  close(): Promise<void>
}

/** How long requests under way may take to finish when the shop closes. */
const CLOSING_MS = 5000

/** A server whose pages come from `pages`. Pictures and styles are the same for everybody: they need no session. */
export function serve(pages: RequestListener): Shop {
  const server = createServer((req, res) => {
    // Once the shop is closing, a connection ends with its answer instead of waiting for another request.
    res.once('close', () => server.listening || server.closeIdleConnections())
    if (!serveAsset(req, res)) pages(req, res)
  })
  return { server, close: () => closed(server) }
}

/** Sends a page. */
export function send(res: ServerResponse, { status, headers, body }: Answer): void {
  res.writeHead(status, {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'content-length': Buffer.byteLength(body),
    ...headers,
  })
  res.end(body)
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return
  const impatience = setTimeout(() => server.closeAllConnections(), CLOSING_MS)
  await new Promise((resolve) => server.close(resolve))
  clearTimeout(impatience)
}
