import type { RewriteRules } from './contract.ts'

/** Spaces and control characters around an address, and tabs and line ends in it, are dropped by browsers. */
// oxlint-disable-next-line no-control-regex -- as the URL standard has it
const around = /^[\u0000- ]+|[\u0000- ]+$/g
const within = /[\t\r\n]/g
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/
const webAddress = /^(?:https?:)?\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i
/** Where the fragment begins: not at the `#` of a reference to a character. */
const fragmentMark = /(?<!&)#|#(?![0-9xX])/
const endOfPath = /\?|(?<!&)#|#(?![0-9xX])/
/** A host without a path. */
const bareHost = /^[^/]*\/\/[^/]+$/
/** References to characters, by which an address could be another one than it seems. */
const hidden = /&(?:#|sol;|bsol;|colon;|tab;|newline;)/i

/** What an address stands in. */
export interface Setting {
  /** Whether relative addresses lead to this site: unless the `<base>` of the page says otherwise. */
  isBaseOurs: boolean
  /** Whether an ampersand is to be written as a reference to that character. */
  readonly isHtml: boolean
}

/** An address with the variables in it; the same address where they must not go. */
export function rewriteSafeUrl(url: string, rules: RewriteRules, setting: Setting): string {
  if (rules.query === '' || isPlace(url) || !leadsToUs(url, rules, setting)) return url
  const mark = url.search(fragmentMark)
  const [before, fragment] = mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)]
  // The variables go before what a browser drops.
  const address = before.trimEnd()
  const [path = '', query] = splitOnce(address, '?')
  if (query !== undefined && carries(query, rules)) return url
  const written = setting.isHtml ? inHtml : asItIs
  const separator = written(rules.separator)
  const lead = query === undefined ? leadBehind(path) : leadAfter(query, separator)
  return `${address}${lead}${written(rules.query)}${before.slice(address.length)}${fragment}`
}

/** Whether it is a place in the same page. */
function isPlace(url: string): boolean {
  return url.replace(around, '').startsWith('#')
}

/** Whether what is sent to this address comes to this site, or to a host of the list. */
function leadsToUs(url: string, rules: RewriteRules, setting: Setting): boolean {
  const [target = ''] = url.split(endOfPath, 1)
  if (hidden.test(target)) return false
  const address = target.replaceAll(around, '').replaceAll(within, '').replaceAll('\\', '/')
  const [, host] = webAddress.exec(address) ?? []
  if (host !== undefined) return rules.hosts.has(host.toLowerCase())
  return setting.isBaseOurs && !scheme.test(address) && !address.startsWith('//')
}

/** Whether a form with this `action` gets hidden fields: without a list, the request's own host counts as one. */
export function isSafeFormOurs(action: string, rules: RewriteRules, setting: Setting): boolean {
  const { hosts, ownHost } = rules
  const isOwnHost = hosts.size === 0 && ownHost !== undefined
  return leadsToUs(action, isOwnHost ? { ...rules, hosts: new Set([ownHost]) } : rules, setting)
}

/** Whether one of the variables is in a query already. */
function carries(query: string, { names }: RewriteRules): boolean {
  const present = query.split(/&amp;|[&;]/).map((pair) => pair.split('=', 1)[0] ?? '')
  return names.some((name) => present.includes(name))
}

/** A host without a path gets one. */
function leadBehind(path: string): string {
  return bareHost.test(path) ? '/?' : '?'
}

function leadAfter(query: string, separator: string): string {
  return query === '' || /(?:&amp;|&)$/.test(query) ? '' : separator
}

/** An ampersand in an attribute, written as a reference to it. */
function inHtml(text: string): string {
  return text.replaceAll(/&(?!amp;)/g, '&amp;')
}

function splitOnce(text: string, at: string): string[] {
  const index = text.indexOf(at)
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + at.length)]
}

function asItIs(text: string): string {
  return text
}
