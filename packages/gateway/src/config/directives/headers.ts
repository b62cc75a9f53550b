import { anywhere } from '../contexts.ts'
import { appended, type Directive, type ModuleTable, type Reader, type Use } from '../directive.ts'
import type { ConditionNode } from '../expression/ast.ts'
import { parseCondition } from '../expression/parser.ts'
import { compileRegex } from '../regex.ts'
import { headerValue, type HeaderValue } from '../header-value.ts'
import type { Word } from '../words.ts'

/** One change to the headers of a request or an answer. */
export interface HeaderRule {
  readonly action: string
  readonly header: string
  /** For `edit` the replacement. */
  readonly value: HeaderValue | undefined
  /** For `edit` and `edit*`: what is replaced. For `echo`: the names of the headers. */
  readonly regex: RegExp | undefined
  /** True for `Header always`: also on errors and redirects. */
  readonly always: boolean
  /** True: before the sections of the request are looked for. */
  readonly early: boolean
  /** `expr=…`. */
  readonly condition: ConditionNode | undefined
  /** `env=NAME` or `env=!NAME`. */
  readonly environment: string | undefined
}

const answerActions = ['set', 'append', 'merge', 'add', 'unset', 'echo', 'edit', 'edit*', 'note', 'setifempty']
const requestActions = answerActions.filter((action) => action !== 'echo' && action !== 'note')

function rule(actions: readonly string[], conditions: boolean): Reader<HeaderRule> {
  return (use) => {
    const [first, ...more] = use.words
    const condition = conditions ? first?.text.toLowerCase() : undefined
    const always = condition === 'always'
    const words = always || condition === 'onsuccess' ? more : use.words
    const [action, header, ...rest] = words
    const verb = actions.find((known) => known === action?.text.toLowerCase())
    if (verb === undefined || action === undefined)
      return use.fail(
        {
          code: 'bad-value',
          message: `first argument must be ${actionNames(actions)}`,
          expected: actions.join(', '),
          found: action?.text ?? 'nothing',
        },
        action,
      )
    if (header === undefined || header.text === '')
      return use.fail(
        {
          code: 'wrong-arguments',
          message: `${verb} needs the name of a header`,
          expected: use.syntax,
          found: 'nothing',
        },
        action,
      )
    return finishRule(use, { verb, header, rest, always })
  }
}

interface Parts {
  readonly verb: string
  readonly header: Word
  readonly rest: readonly Word[]
  readonly always: boolean
}

function finishRule(use: Use, { verb, header, rest, always }: Parts): HeaderRule | undefined {
  const values = verb === 'unset' || verb === 'echo' ? 0 : 1
  const edits = verb.startsWith('edit') ? 1 : 0
  const needed = values + edits
  const guard = guardOf(verb, rest.slice(needed)[0], use)
  if (rest.length < needed || rest.length > needed + 1 || guard === undefined)
    return guard === undefined && rest.length === needed + 1
      ? undefined
      : use.fail(
          {
            code: 'wrong-arguments',
            message: `Header ${verb} takes ${needed} value${needed === 1 ? '' : 's'} behind the name of the header`,
            expected: use.syntax,
            found: `${rest.length}`,
          },
          header,
        )
  const name = header.text.replace(/:$/, '')
  // The names of headers are the same in every case.
  const [pattern, flags] = verb === 'echo' ? [name, 'i'] : [rest[0]?.text ?? '', '']
  const regex = edits === 1 || verb === 'echo' ? compileRegex(pattern, flags) : undefined
  if (typeof regex === 'string')
    return use.fail(
      { code: 'bad-expression', message: `Header ${verb} regex could not be compiled.`, found: regex },
      edits === 1 ? rest[0] : header,
    )
  const value = values === 1 ? headerValue(rest[needed - 1]?.text ?? '') : undefined
  if (typeof value !== 'string') return { action: verb, header: name, value, regex, always, ...guard }
  return use.fail({ code: 'bad-value', message: value, found: rest[needed - 1]?.text ?? '' }, rest[needed - 1])
}

type Guard = Pick<HeaderRule, 'condition' | 'environment' | 'early'>

const unguarded: Guard = { condition: undefined, environment: undefined, early: false }

function guardOf(verb: string, word: Word | undefined, use: Use): Guard | undefined {
  if (word === undefined) return unguarded
  if (word.text.toLowerCase() === 'early') return earlyGuard(verb, word, use)
  if (word.text.startsWith('env=')) return { ...unguarded, environment: word.text.slice(4) }
  if (!word.text.startsWith('expr='))
    return use.fail(
      {
        code: 'bad-value',
        message: 'error: envclause should be in the form env=envar',
        expected: 'env=NAME, env=!NAME, expr=condition or early',
        found: word.text,
      },
      word,
    )
  const parsed = parseCondition(word.text.slice(5))
  if ('node' in parsed) return { ...unguarded, condition: parsed.node }
  return use.fail(
    { code: 'bad-expression', message: `Can't parse envclause/expression: ${parsed.problem}`, found: word.text },
    word,
  )
}

/** What comes before the sections are looked for cannot be said by one of them. The real server takes it of `unset`, to no effect. */
function earlyGuard(verb: string, word: Word, use: Use): Guard | undefined {
  if (!use.inSection) return { ...unguarded, early: true }
  const fix = 'leave early out, or write the line outside of all sections'
  if (verb === 'unset') {
    use.warn({ code: 'odd-value', message: "'early' in a section: the line has no effect", fix }, word)
    return { ...unguarded, condition: { kind: 'constant', value: false } }
  }
  return use.fail({ code: 'wrong-context', message: "'early' not allowed in per-directory config", fix }, word)
}

function actionNames(actions: readonly string[]): string {
  const quoted = actions.map((action) => `'${action}'`)
  return `${quoted.slice(0, -1).join(', ')}, or ${quoted.at(-1)}.`
}

export const Header: Directive<readonly HeaderRule[]> = appended({
  name: 'Header',
  contexts: anywhere('FileInfo'),
  takes: 'TAKE_ARGV',
  syntax: '[always|onsuccess] action header [[regex] value] [early|env=[!]name|expr=condition]',
  read: rule(answerActions, true),
  help: 'Changes a header of the answer.',
})

export const RequestHeader: Directive<readonly HeaderRule[]> = appended({
  name: 'RequestHeader',
  contexts: anywhere('FileInfo'),
  takes: 'TAKE_ARGV',
  syntax: 'action header [[regex] value] [early|env=[!]name|expr=condition]',
  read: rule(requestActions, false),
  help: 'Changes a header of what the app receives.',
})

export const headersModule: ModuleTable = {
  file: 'mod_headers.c',
  id: 'headers_module',
  help: 'Changes to headers.',
  directives: [Header, RequestHeader],
}
