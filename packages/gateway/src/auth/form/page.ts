import type { Answer, HeaderLines } from '../outcome.ts'

/** What every page of the gateway itself is sent with: nothing in it runs, and nobody frames it. */
const headers: HeaderLines = [
  ['Content-Security-Policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"],
  ['Cache-Control', 'no-store'],
]

/** A page of our own. @param body HTML. */
export function pageAnswer(status: number, title: string, body: string): Answer {
  const page = `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${title}</title>\n<h1>${title}</h1>\n${body}\n</html>\n`
  return { kind: 'answer', status, headers, page }
}
