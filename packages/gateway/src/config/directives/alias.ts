import { anywhere } from '../contexts.ts'
import { type Directive, type ModuleTable, prepended, type Reader, type Use } from '../directive.ts'
import type { TextNode } from '../expression/ast.ts'
import { expressionIn, regexIn } from '../readers.ts'
import type { Word } from '../words.ts'

/** A path that is somewhere else now. */
export interface RedirectRule {
  readonly status: number
  /** The path prefix; undefined within a section, and for RedirectMatch. */
  readonly path: string | undefined
  readonly regex: RegExp | undefined
  /** Where to; undefined for a status that has no Location, such as 410. */
  readonly target: TextNode | undefined
}

const statusNames: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303, gone: 410 }

/** The status in a first word; undefined when the word is none. */
function statusOf(word: Word | undefined): number | undefined {
  const text = word?.text.toLowerCase() ?? ''
  if (Object.hasOwn(statusNames, text)) return statusNames[text]
  return /^[1-5]\d\d$/.test(text) ? Number(text) : undefined
}

function redirect(fixed: number | undefined, pattern: boolean): Reader<RedirectRule> {
  return (use) => {
    const given = fixed ?? statusOf(use.words[0])
    const rest = fixed === undefined && given !== undefined ? use.words.slice(1) : use.words
    const status = given ?? 302
    const [first, second, extra] = rest
    if (extra !== undefined)
      return use.fail(
        {
          code: 'wrong-arguments',
          message: 'Redirect: invalid first argument (of three)',
          expected: use.syntax,
          found: use.words[0]?.text ?? '',
        },
        use.words[0],
      )
    const needsTarget = status >= 300 && status < 400
    const alone = use.inSection && !pattern && second === undefined
    const [source, target] = alone && needsTarget ? [undefined, first] : [first, second]
    if (needsTarget ? target === undefined : target !== undefined) return wrongTarget(use, needsTarget)
    return finish(use, { status, source, target, pattern })
  }
}

interface Parts {
  readonly status: number
  readonly source: Word | undefined
  readonly target: Word | undefined
  readonly pattern: boolean
}

function finish(use: Use, { status, source, target, pattern }: Parts): RedirectRule | undefined {
  if (!pattern && source !== undefined && !source.text.startsWith('/'))
    use.warn(
      {
        code: 'odd-value',
        message: 'No request has a path that begins like this',
        expected: 'a path that begins with /',
        found: source.text,
      },
      source,
    )
  const node = target === undefined ? undefined : targetNode(target, use, pattern)
  if (target !== undefined && node === undefined) return undefined
  const regex = pattern && source !== undefined ? regexIn(source, use) : undefined
  if (pattern && regex === undefined) return undefined
  return { status, path: pattern ? undefined : source?.text, regex, target: node }
}

function targetNode(word: Word, use: Use, pattern: boolean): TextNode | undefined {
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(word.text) || word.text.startsWith('/')
  if (!absolute && !pattern && !word.text.includes('%{'))
    return use.fail(
      {
        code: 'bad-value',
        message: 'Redirect to non-URL',
        expected: 'a URL, or a path that begins with /',
        found: word.text,
      },
      word,
    )
  return use.inSection || pattern ? expressionIn(word, use) : { kind: 'literal', text: word.text }
}

function wrongTarget(use: Use, needed: boolean): undefined {
  const message = needed ? 'URL to redirect to is missing' : 'Redirect URL not valid for this status'
  return use.fail({ code: 'wrong-arguments', message, expected: use.syntax })
}

interface Kind {
  /** Undefined: the first word may say it. */
  readonly status?: number
  readonly pattern?: boolean
  readonly among?: Directive
}

function make(name: string, { status: fixed, pattern = false, among }: Kind = {}): Directive<readonly RedirectRule[]> {
  const what = pattern ? 'regex' : '[path]'
  return prepended({
    name,
    ...(among !== undefined && { among }),
    contexts: anywhere('FileInfo'),
    takes: fixed === undefined ? 'TAKE123' : 'TAKE2',
    syntax: `${fixed === undefined ? '[status] ' : ''}${what} url`,
    read: redirect(fixed, pattern),
    help: 'Says that a path is somewhere else now.',
  })
}

export const Redirect: Directive<readonly RedirectRule[]> = make('Redirect')
/** The lines of these three stand among those of {@link Redirect}. */
export const RedirectMatch: Directive<readonly RedirectRule[]> = make('RedirectMatch', {
  pattern: true,
  among: Redirect,
})
export const RedirectTemp: Directive<readonly RedirectRule[]> = make('RedirectTemp', { status: 302, among: Redirect })
export const RedirectPermanent: Directive<readonly RedirectRule[]> = make('RedirectPermanent', {
  status: 301,
  among: Redirect,
})

export const aliasModule: ModuleTable = {
  file: 'mod_alias.c',
  id: 'alias_module',
  help: 'Paths that lead elsewhere.',
  directives: [Redirect, RedirectMatch, RedirectTemp, RedirectPermanent],
}
