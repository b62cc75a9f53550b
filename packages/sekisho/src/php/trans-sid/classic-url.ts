import type { RewriteRules } from './contract.ts'
import { parsePhpUrl, type PhpUrl } from './php-url.ts'

/** An address with the variables in it, as PHP writes it; the same address where PHP leaves it alone. */
export function rewriteClassicUrl(url: string, rules: RewriteRules): string {
  const parts = rules.query === '' ? undefined : parsePhpUrl(url)
  if (parts === undefined || !isOurs(url, parts, rules)) return url
  const { path, query, fragment } = parts
  if (path === undefined && query === undefined && fragment === undefined) return `${url}/?${rules.query}`
  const before = query === undefined ? '' : `${query}${rules.separator}`
  const after = fragment === undefined ? '' : `#${fragment}`
  return `${beginning(url, parts)}${path ?? ''}?${before}${rules.query}${after}`
}

/** Whether a form with this `action` gets hidden fields. */
export function isClassicFormOurs(action: string, { hosts, ownHost }: RewriteRules): boolean {
  if (action === '') return true
  const parts = parsePhpUrl(action)
  if (parts === undefined || !isWeb(parts)) return false
  if (parts.host === undefined) return true
  if (hosts.size === 0) return parts.host.toLowerCase() === ownHost
  return hosts.has(parts.host)
}

function isOurs(url: string, parts: PhpUrl, { hosts }: RewriteRules): boolean {
  if (parts.fragment !== undefined && url.startsWith('#')) return false
  return isWeb(parts) && (parts.host === undefined || hosts.has(parts.host.toLowerCase()))
}

function isWeb({ scheme }: PhpUrl): boolean {
  return scheme === undefined || /^https?$/i.test(scheme)
}

/**
 * PHP puts a password and a colon after the user, the other way round: links with one are broken by it. Port 0 counts as none.
 */
function beginning(url: string, { scheme, user, pass, host, port }: PhpUrl): string {
  const slashes = url.startsWith('//') ? '//' : ''
  const start = scheme === undefined ? slashes : `${scheme}://`
  const password = pass === undefined ? '' : `${pass}:`
  const login = user === undefined ? '' : `${user}${password}@`
  return `${start}${login}${host ?? ''}${port === undefined || port === 0 ? '' : `:${port}`}`
}
