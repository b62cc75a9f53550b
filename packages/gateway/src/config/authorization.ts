import { addressRange, type AddressRange } from '../lib/address-range.ts'
import type { ConditionNode } from './expression/ast.ts'
import { parseCondition } from './expression/parser.ts'
import type { Use } from './directive.ts'
import type { Place } from './source.ts'
import type { Word } from './words.ts'

/** One requirement. */
export type Requirement =
  | { readonly provider: 'all'; readonly granted: boolean }
  | { readonly provider: 'valid-user' }
  | {
      readonly provider: 'user' | 'group' | 'env' | 'method' | 'host' | 'forward-dns'
      readonly names: readonly string[]
    }
  | { readonly provider: 'ip'; readonly ranges: readonly AddressRange[] }
  | { readonly provider: 'local' }
  | { readonly provider: 'expr'; readonly condition: ConditionNode }

/** What a section asks of a visitor: requirements, and containers of them. */
export type Authorization =
  | { readonly kind: 'require'; readonly not: boolean; readonly requirement: Requirement; readonly place: Place }
  | { readonly kind: 'all' | 'any' | 'none'; readonly children: readonly Authorization[]; readonly place: Place }

const providerNames = [
  'all',
  'valid-user',
  'user',
  'group',
  'env',
  'method',
  'host',
  'forward-dns',
  'ip',
  'local',
  'expr',
] as const

/** Reads the words of a `Require` line behind a possible `not`. */
export function requirement(use: Use, words: readonly Word[]): Requirement | undefined {
  const [provider, ...rest] = words
  const name = providerNames.find((candidate) => candidate === provider?.text.toLowerCase())
  if (provider === undefined || name === undefined)
    return use.fail(
      {
        code: 'bad-value',
        message: `Unknown Authz provider: ${provider?.text ?? ''}`,
        expected: `one of ${providerNames.join(', ')}`,
        found: provider?.text ?? 'nothing',
      },
      provider,
    )
  switch (name) {
    case 'all':
      return allRequirement(use, rest)
    case 'ip':
      return ipRequirement(use, provider, rest)
    case 'expr':
      return exprRequirement(use, provider, rest)
    case 'method':
      return methodRequirement(use, rest)
    case 'valid-user':
    case 'local':
      return { provider: name }
    default:
      return { provider: name, names: rest.map(({ text }) => text) }
  }
}

function allRequirement(use: Use, [verdict]: readonly Word[]): Requirement | undefined {
  const text = verdict?.text.toLowerCase()
  if (text === 'granted' || text === 'denied') return { provider: 'all', granted: text === 'granted' }
  const message = "Argument for 'Require all' must be 'granted' or 'denied'"
  return use.fail(
    { code: 'bad-value', message, expected: 'granted or denied', found: verdict?.text ?? 'nothing' },
    verdict,
  )
}

function ipRequirement(use: Use, provider: Word, words: readonly Word[]): Requirement | undefined {
  if (words.length === 0)
    return use.fail(
      {
        code: 'wrong-arguments',
        message: "'require ip' requires an argument",
        expected: 'addresses',
        found: 'nothing',
      },
      provider,
    )
  const ranges: AddressRange[] = []
  for (const word of words) {
    const range = addressRange(word.text)
    if (range === undefined)
      return use.fail(
        {
          code: 'bad-value',
          message: `ip address '${word.text}' appears to be invalid`,
          expected: 'an address, its first bytes, or address/bits',
          found: word.text,
        },
        word,
      )
    ranges.push(range)
  }
  return { provider: 'ip', ranges }
}

const methods = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE'.split(
    ' ',
  ),
)

function methodRequirement(use: Use, words: readonly Word[]): Requirement | undefined {
  const unknown = words.find(({ text }) => !methods.has(text))
  if (unknown === undefined) return { provider: 'method', names: words.map(({ text }) => text) }
  const message = `Invalid Method '${unknown.text}'`
  return use.fail(
    { code: 'bad-value', message, expected: 'methods such as GET and POST', found: unknown.text },
    unknown,
  )
}

function exprRequirement(use: Use, provider: Word, words: readonly Word[]): Requirement | undefined {
  const raw = use.raw.slice(use.raw.toLowerCase().indexOf('expr') + 4).trim()
  const isQuoted = words.length === 1 && words[0]?.quoted === true && raw.length > 1 && raw.at(-1) === raw[0]
  const text = isQuoted ? (words[0]?.text ?? '') : raw
  const parsed = parseCondition(text)
  if ('node' in parsed) return { provider: 'expr', condition: parsed.node }
  return use.fail(
    { code: 'bad-expression', message: `Cannot parse expression in require line: ${parsed.problem}`, found: text },
    provider,
  )
}
