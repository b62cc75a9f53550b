import { wholeNumber } from '../../lib/whole-number.ts'
import type { LinkRewriterOptions, RewriteRules } from './contract.ts'

/** PHP's `session.trans_sid_tags`. */
const defaultTags = 'a=href,area=href,frame=src,form='
const defaultMaxTag = 65_536

/** The options made ready. @throws SekishoUsageError `ERR_OPTION`. */
export function resolveRules(options: LinkRewriterOptions): RewriteRules {
  const rules: RewriteRules = {
    tags: parseTags(options.tags ?? defaultTags),
    hosts: parseHosts(options.hosts ?? ''),
    ownHost: options.host?.replace(/:.*/s, '').toLowerCase(),
    separator: octets(options.separator ?? '&'),
    maxTag: wholeNumber('maxTag', options.maxTag ?? defaultMaxTag, 1),
    query: '',
    fields: '',
    names: [],
  }
  carry(rules, options.variables)
  return rules
}

/** From now on, other variables are carried. */
export function carry(rules: RewriteRules, variables: LinkRewriterOptions['variables']): void {
  rules.names = variables.map(([name]) => rawUrlEncode(name))
  rules.query = variables.map(([name, value]) => `${rawUrlEncode(name)}=${rawUrlEncode(value)}`).join(rules.separator)
  rules.fields = variables
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}" />`)
    .join('')
}

/** Where an element is named twice, the first one holds. */
function parseTags(tags: string): Map<string, string> {
  const parsed = new Map<string, string>()
  for (const pair of tags.split(',')) {
    const [, tag, attribute = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (tag !== undefined && !parsed.has(tag.toLowerCase())) parsed.set(tag.toLowerCase(), attribute.toLowerCase())
  }
  return parsed
}

function parseHosts(hosts: string): Set<string> {
  return new Set(hosts.split(',').flatMap((host) => (host === '' ? [] : [host.toLowerCase()])))
}

/** `rawurlencode`. */
function rawUrlEncode(text: string): string {
  return octets(text).replaceAll(
    /[^0-9A-Za-z_.~-]/g,
    (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** `htmlspecialchars` as the hidden fields have it: what is an entity already stays one. */
function escapeHtml(text: string): string {
  return octets(text)
    .replaceAll(/&(?!(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z][0-9A-Za-z]*);)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#039;')
}

/** A text in UTF-8, one character for each octet: pages are handled so. */
function octets(text: string): string {
  return Buffer.from(text).toString('latin1')
}
