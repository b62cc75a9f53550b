import { wildcard, hasWildcard } from '../lib/wildcard.ts'
import { anywhere, type Contexts, sections, servers } from './contexts.ts'
import type { Problem } from './diagnostics.ts'
import type { ConditionNode } from './expression/ast.ts'
import { parseCondition } from './expression/parser.ts'
import { compileRegex } from './regex.ts'
import type { Word } from './words.ts'

/** What a section does. */
export type SectionRole = 'vhost' | 'location' | 'directory' | 'files' | 'if' | 'elseif' | 'else' | 'require'

/** A section that the gateway knows. */
export interface SectionKind {
  readonly name: string
  readonly role: SectionRole
  readonly contexts: Contexts
  /** True: its argument is a regular expression. */
  readonly regex: boolean
  readonly syntax: string
  readonly help: string
}

const outer: Contexts = servers

function kind(name: string, role: SectionRole, contexts: Contexts, help: string): SectionKind {
  const regex = name.endsWith('Match')
  const syntax = role === 'else' || role === 'require' ? `<${name}>` : `<${name} ${argumentOf(role, regex)}>`
  return { name, role, contexts, regex, syntax, help }
}

function argumentOf(role: SectionRole, regex: boolean): string {
  if (regex) return '"regex"'
  const names: Partial<Record<SectionRole, string>> = {
    vhost: 'address[:port] …',
    location: '"/path"',
    directory: '"/directory"',
    files: '"name"',
  }
  return names[role] ?? '"condition"'
}

const virtualHost = kind(
  'VirtualHost',
  'vhost',
  { server: true, vhost: false, section: false },
  'A server of its own, by address and name.',
)

/** All sections that apply to requests. Conditions of reading time, such as `<IfModule>`, are gone by then. */
export const sectionKinds: readonly SectionKind[] = [
  virtualHost,
  kind('Directory', 'directory', outer, 'Holds for files in a directory and below it.'),
  kind('DirectoryMatch', 'directory', outer, 'Holds for files in a directory and below it.'),
  kind('Files', 'files', anywhere('any'), 'Holds for files by their name.'),
  kind('FilesMatch', 'files', anywhere('any'), 'Holds for files by their name.'),
  kind('Location', 'location', outer, 'Holds for a path and what lies below it.'),
  kind('LocationMatch', 'location', outer, 'Holds for a path and what lies below it.'),
  kind('If', 'if', anywhere('any'), 'Holds for requests of which a condition is true.'),
  kind('ElseIf', 'elseif', anywhere('any'), 'Holds for requests of which a condition is true.'),
  kind('Else', 'else', anywhere('any'), 'Holds for requests of which a condition is true.'),
  kind('RequireAll', 'require', sections('AuthConfig'), 'All of its requirements must be met.'),
  kind('RequireAny', 'require', sections('AuthConfig'), 'One of its requirements must be met.'),
  kind('RequireNone', 'require', sections('AuthConfig'), 'None of its requirements may be met.'),
]

const kinds: ReadonlyMap<string, SectionKind> = new Map(sectionKinds.map((entry) => [entry.name.toLowerCase(), entry]))

/** Sections of the real server that are refused, with what to write instead: leaving them out would open what they protect. */
export const refusedSections: ReadonlyMap<string, string> = new Map([
  ['limit', "write Require method inside of <RequireAll>, or <If \"%{REQUEST_METHOD} in {'POST', 'PUT'}\">"],
  ['limitexcept', "write <If \"!(%{REQUEST_METHOD} in {'GET', 'HEAD'})\">"],
  ['proxy', 'write <Location> for the path that is passed to the app'],
  ['proxymatch', 'write <LocationMatch> for the paths that are passed to the app'],
  ['authnprovideralias', 'name the file with AuthUserFile in each section'],
  ['authzprovideralias', 'repeat the requirement in each section'],
  ['macro', 'use Define and ${NAME}, or Include a file several times'],
])

/** The section with this name, its case not respected. */
export function findSection(name: string): SectionKind | undefined {
  return kinds.get(name.toLowerCase())
}

/** Tells whether a text — a path, a directory, the name of a file — is in a section. */
export type Matcher = (text: string) => boolean

/** What the arguments of a section mean. */
export interface Target {
  readonly matches: Matcher
  /** A regular expression with named groups: what they find becomes `MATCH_NAME` in the environment of the request. */
  readonly named?: RegExp
  /** The path of a `<Directory>` without wildcards, without a slash at its end. */
  readonly literal?: string
  /** True for `<Directory ~ …>` and `<DirectoryMatch>`, which are tried after all others. */
  readonly regex: boolean
}

/** Reads the argument of `<Location>`, `<Directory>`, `<Files>` and their `Match` forms. */
export function sectionTarget(
  section: SectionKind,
  words: readonly Word[],
): Target | { readonly problem: Problem; readonly word?: Word } {
  const [first, second, third] = words
  const tilde = !section.regex && first?.text === '~'
  const [word, extra] = tilde ? [second, third] : [first, second]
  if (word === undefined || word.text === '') return { problem: missing(section) }
  if (extra !== undefined) return { problem: tooMany(section, extra), word: extra }
  return section.regex || tilde ? regexTarget(word) : pathTarget(section, word)
}

function regexTarget(word: Word): Target | { problem: Problem; word: Word } {
  const regex = compileRegex(word.text)
  if (typeof regex !== 'string') {
    const named = /\(\?P?<\w/.test(word.text) ? { named: regex } : {}
    return { matches: (text) => regex.test(text), regex: true, ...named }
  }
  return {
    problem: {
      code: 'bad-expression',
      message: 'Regex could not be compiled',
      expected: 'a regular expression',
      found: `${word.text}: ${regex}`,
    },
    word,
  }
}

function pathTarget({ name, role }: SectionKind, word: Word): Target | { problem: Problem; word: Word } {
  const { text } = word
  if (role === 'files') return { matches: wildcard(text, true), regex: false }
  if (role === 'location') return { matches: hasWildcard(text) ? wildcard(text, true) : pathPrefix(text), regex: false }
  if (!text.startsWith('/'))
    return {
      problem: {
        code: 'bad-value',
        message: `<${name} "${text}"> path is invalid.`,
        expected: 'an absolute path',
        found: text,
      },
      word,
    }
  const literal = withoutTrailingSlashes(text)
  if (!hasWildcard(literal)) return { matches: (path) => path === literal, literal, regex: false }
  return { matches: wildcard(literal, true), regex: false }
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length
  while (end > 1 && path[end - 1] === '/') end -= 1
  return path.slice(0, end)
}

/** True at the boundary of a segment only: `/app` holds `/app` and `/app/x`, not `/apple`; `/app/` does not hold `/app`. */
export function pathPrefix(prefix: string): Matcher {
  if (prefix.endsWith('/')) return (path) => path.startsWith(prefix)
  return (path) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}

/** Reads the argument of `<If>` and `<ElseIf>`: one word, which is why a condition with blanks stands in quotes. */
export function sectionCondition(
  section: SectionKind,
  words: readonly Word[],
): ConditionNode | { readonly problem: Problem; readonly word?: Word } {
  const [word, extra] = words
  if (word === undefined || word.text === '') return { problem: missing(section) }
  if (extra !== undefined) return { problem: tooMany(section, extra), word: extra }
  const parsed = parseCondition(word.text)
  if ('node' in parsed) return parsed.node
  return {
    problem: {
      code: 'bad-expression',
      message: `Cannot parse condition clause: ${parsed.problem}`,
      expected: 'a condition such as "%{REQUEST_METHOD} == \'POST\'"',
      found: word.text,
    },
    word,
  }
}

function missing({ name, syntax }: SectionKind): Problem {
  return {
    code: 'malformed-section',
    message: `<${name}> directive requires additional arguments`,
    expected: syntax,
    found: `<${name}>`,
  }
}

function tooMany({ name, syntax }: SectionKind, extra: Word): Problem {
  return {
    code: 'malformed-section',
    message: `Multiple <${name}> arguments not (yet) supported.`,
    expected: syntax,
    found: extra.text,
    fix: 'put an argument with blanks into double quotes',
  }
}
