import { anywhere } from '../contexts.ts'
import { appended, type Directive, type ModuleTable, type Reader, type Use } from '../directive.ts'
import type { ConditionNode } from '../expression/ast.ts'
import { conditionIn, regexIn } from '../readers.ts'

/** Variables that a request gets when something about it matches. */
export type VariableRule = { readonly changes: readonly VariableChange[] } & VariableTest

/** What has to match; `$0` to `$9` of the changes are what the regular expression has found. */
export type VariableTest =
  /** `Request_Method` and the like, the name of a header, or of a variable that an earlier rule has set. */
  | { readonly attribute: string; readonly regex: RegExp }
  /** A header whose name matches; of several the last one. */
  | { readonly headers: RegExp; readonly regex: RegExp }
  | { readonly condition: ConditionNode }

/** One variable. */
export interface VariableChange {
  readonly name: string
  /** May hold `$0` to `$9`; undefined: the variable is taken away. */
  readonly value: string | undefined
}

/** @param given The attribute of a directive that has one of its own; elsewhere the first argument says what is looked at. */
function rule(given: string | undefined, flags: string): Reader<VariableRule> {
  return (use) => {
    const [name] = use.words
    const [pattern, ...rest] = given === undefined ? use.words.slice(1) : use.words
    if (name === undefined || pattern === undefined || rest.length === 0) return tooFew(use)
    const regex = regexIn(pattern, use, flags)
    if (regex === undefined) return undefined
    const changes = rest.map(({ text }) => changeOf(text))
    const attribute = given ?? name.text
    if (/^[\w-]+$/.test(attribute)) return { attribute, regex, changes }
    const headers = regexIn(name, use, 'i')
    return headers && { headers, regex, changes }
  }
}

const conditional: Reader<VariableRule> = (use) => {
  const [expression, ...rest] = use.words
  if (expression === undefined || rest.length === 0) return tooFew(use)
  const condition = conditionIn(expression, use)
  return condition && { condition, changes: rest.map(({ text }) => changeOf(text)) }
}

/** A value that begins with `!` takes the variable away as well, as in the real server. */
function changeOf(text: string): VariableChange {
  if (text.startsWith('!')) return { name: text.slice(1), value: undefined }
  const at = text.indexOf('=')
  const value = at === -1 ? '1' : text.slice(at + 1)
  return { name: at === -1 ? text : text.slice(0, at), value: value.startsWith('!') ? undefined : value }
}

function tooFew(use: Use): undefined {
  return use.fail({
    code: 'wrong-arguments',
    message: 'Missing expression or name of a variable',
    expected: use.syntax,
    found: use.raw,
  })
}

const contexts = anywhere('FileInfo')
const tail = '[!]name[=value] …'

export const SetEnvIf: Directive<readonly VariableRule[]> = appended<VariableRule>({
  name: 'SetEnvIf',
  contexts,
  takes: 'TAKE_ARGV',
  syntax: `attribute regex ${tail}`,
  read: rule(undefined, ''),
  help: 'Sets variables where something about the request matches, before Require is asked.',
  notes:
    'Attributes: Remote_Addr, Remote_Host, Server_Addr, Request_Method, Request_Protocol, Request_URI, the name of a header, a ' +
    'regular expression over such names, or the name of a variable that an earlier line has set.',
})

export const SetEnvIfNoCase: Directive<readonly VariableRule[]> = appended<VariableRule>({
  name: 'SetEnvIfNoCase',
  among: SetEnvIf,
  contexts,
  takes: 'TAKE_ARGV',
  syntax: `attribute regex ${tail}`,
  read: rule(undefined, 'i'),
  help: 'As SetEnvIf, upper and lower case alike.',
})

export const BrowserMatch: Directive<readonly VariableRule[]> = appended<VariableRule>({
  name: 'BrowserMatch',
  among: SetEnvIf,
  contexts,
  takes: 'TAKE_ARGV',
  syntax: `regex ${tail}`,
  read: rule('User-Agent', ''),
  help: 'As SetEnvIf of User-Agent.',
})

export const BrowserMatchNoCase: Directive<readonly VariableRule[]> = appended<VariableRule>({
  name: 'BrowserMatchNoCase',
  among: SetEnvIf,
  contexts,
  takes: 'TAKE_ARGV',
  syntax: `regex ${tail}`,
  read: rule('User-Agent', 'i'),
  help: 'As BrowserMatch, upper and lower case alike.',
})

export const SetEnvIfExpr: Directive<readonly VariableRule[]> = appended<VariableRule>({
  name: 'SetEnvIfExpr',
  among: SetEnvIf,
  contexts,
  takes: 'TAKE_ARGV',
  syntax: `condition ${tail}`,
  read: conditional,
  help: 'Sets variables where a condition holds, before Require is asked.',
})

export const setenvifModule: ModuleTable = {
  file: 'mod_setenvif.c',
  id: 'setenvif_module',
  help: 'Variables of a request, by what it looks like.',
  directives: [SetEnvIf, SetEnvIfNoCase, BrowserMatch, BrowserMatchNoCase, SetEnvIfExpr],
}
