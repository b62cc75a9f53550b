import { anywhere } from '../contexts.ts'
import { appended, type Directive, type ModuleTable, type Reader, type Use } from '../directive.ts'
import { regexIn } from '../readers.ts'
import type { Word } from '../words.ts'

/** Variables that a request gets when something about it matches. */
export interface VariableRule {
  /** `request_method` and the like, the name of a header, or of a variable that an earlier rule has set; in lower case but the last. */
  readonly attribute: string
  readonly regex: RegExp
  readonly changes: readonly VariableChange[]
}

/** One variable. */
export interface VariableChange {
  readonly name: string
  /** May hold `$1` to `$9`; undefined: the variable is taken away. */
  readonly value: string | undefined
}

function rule(attribute: string | undefined, flags: string): Reader<VariableRule> {
  return (use) => {
    const [name, pattern, ...rest] = attribute === undefined ? use.words : [{ text: attribute }, ...use.words]
    if (name === undefined || pattern === undefined || rest.length === 0) return tooFew(use)
    if (!/^[\w-]+$/.test(name.text)) return noAttribute(use, name.text)
    const regex = regexIn(pattern as Word, use, flags)
    return regex && { attribute: name.text, regex, changes: (rest as Word[]).map(({ text }) => changeOf(text)) }
  }
}

function changeOf(text: string): VariableChange {
  if (text.startsWith('!')) return { name: text.slice(1), value: undefined }
  const at = text.indexOf('=')
  return at === -1 ? { name: text, value: '1' } : { name: text.slice(0, at), value: text.slice(at + 1) }
}

function tooFew(use: Use): undefined {
  return use.fail({
    code: 'wrong-arguments',
    message: 'Missing regular expression or name of a variable',
    expected: use.syntax,
    found: use.raw,
  })
}

function noAttribute(use: Use, found: string): undefined {
  const message = 'Expressions over the names of headers are not supported'
  return use.fail(
    { code: 'bad-value', message, expected: 'Request_URI, Remote_Addr and the like, or the name of a header', found },
    use.words[0],
  )
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
    'Attributes: Remote_Addr, Remote_Host, Server_Addr, Request_Method, Request_Protocol, Request_URI, the name of a header, or of a variable that an earlier line has set.',
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

export const setenvifModule: ModuleTable = {
  file: 'mod_setenvif.c',
  id: 'setenvif_module',
  help: 'Variables of a request, by what it looks like.',
  directives: [SetEnvIf, SetEnvIfNoCase, BrowserMatch, BrowserMatchNoCase],
}
