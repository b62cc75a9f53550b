import type { VisitorRequest } from './contract.ts'

/**
 * Whether the request loads a page. Only there may a cookie that means nothing any more be removed or replaced without need:
 * the answer to anything else may reach the browser after that of a login, and would take its cookie away.
 */
export function isPageLoad({ headers }: VisitorRequest): boolean {
  const mode = headers['sec-fetch-mode']
  // Browsers say nothing about it to plain-http servers: there, whoever accepts HTML most likely loads a page.
  if (mode === undefined) return headers['accept']?.includes('text/html') === true
  return mode === 'navigate' && headers['sec-fetch-dest'] === 'document'
}
