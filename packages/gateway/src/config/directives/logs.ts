import { configFiles, servers } from '../contexts.ts'
import {
  appended,
  type Directive,
  finish,
  keyed,
  type ModuleTable,
  optional,
  type Reader,
  type Use,
} from '../directive.ts'
import type { ConditionNode } from '../expression/ast.ts'
import { parseCondition } from '../expression/parser.ts'
import { logFormat } from '../log-format.ts'
import { path } from '../readers.ts'
import type { Word } from '../words.ts'

export const ErrorLog: Directive<string | undefined> = optional({
  name: 'ErrorLog',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'path',
  read(use) {
    const [word] = use.words
    if (!/^(?:\||syslog)/.test(word?.text ?? '')) return path(use)
    return use.fail(
      {
        code: 'bad-value',
        message: 'ErrorLog cannot write to a program or to syslog',
        expected: 'the path of a file',
        found: word?.text ?? '',
        fix: 'log to a file, or to standard error and let the service manager collect it',
      },
      word,
    )
  },
  help: 'The file that findings and failures are written to.',
})

/** The levels of LogLevel, the gravest first. */
export const logLevels = [
  'emerg',
  'alert',
  'crit',
  'error',
  'warn',
  'notice',
  'info',
  'debug',
  'trace1',
  'trace2',
  'trace3',
  'trace4',
  'trace5',
  'trace6',
  'trace7',
  'trace8',
] as const

/** The severity down to which something is logged. */
export type LogLevelName = (typeof logLevels)[number]

type Levels = ReadonlyMap<string, LogLevelName>

/**
 * The level of the whole server is under the empty name, those of modules under theirs: `session` for `session_module` and
 * `mod_session.c`. As in the real server, a level for all of them takes back what was said about modules before.
 */
const readLevels: Reader<Levels> = (use) => {
  const result = new Map<string, LogLevelName>()
  for (const word of use.words) {
    const [name = '', module = ''] = word.text.split(':').toReversed()
    const level = logLevels.find((known) => known === name.toLowerCase())
    if (level === undefined) return noLevel(use, word)
    if (module === '') result.clear()
    else if (!use.knowsModule(plainModule(module))) return noModule(use, word, module)
    result.set(plainModule(module), level)
  }
  return result
}

export const LogLevel: Directive<Levels> = finish<Levels, Levels>(
  {
    name: 'LogLevel',
    contexts: configFiles,
    takes: 'ITERATE',
    syntax: '[module:]level …',
    read: readLevels,
    help: 'How grave something must be to be logged, for all or by module.',
    notes:
      'Modules that say something: core, session, auth_basic, auth_form, authn_core, authn_file, authz_core, proxy, dir.',
  },
  {
    initial: new Map([['', 'warn']]),
    merging: 'replaces, module by module,',
    add: (line, before) => (before === undefined ? line : withLevels(before, line)),
    merge: withLevels,
  },
)

function withLevels(before: Levels, line: Levels): Levels {
  return line.has('') ? line : new Map([...before, ...line])
}

/** LogLevel takes `session`, `session_module` and `mod_session.c` for the same. */
function plainModule(name: string): string {
  return name
    .toLowerCase()
    .replace(/^mod_/, '')
    .replace(/(?:_module|\.c)$/, '')
}

function noLevel(use: Use, word: Word): undefined {
  const message =
    'LogLevel requires level keyword: one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8'
  return use.fail({ code: 'bad-value', message, expected: logLevels.join(', '), found: word.text }, word)
}

function noModule(use: Use, word: Word, found: string): undefined {
  return use.fail(
    { code: 'bad-value', message: `Module not found: ${found}`, expected: 'such as session:debug', found },
    word,
  )
}

/** One access log. */
export interface AccessLog {
  readonly path: string
  /** A format, or the name that LogFormat gave to one; undefined: the format of a LogFormat without a name. */
  readonly format: string | undefined
  /** Which requests are written: `env=NAME`, `env=!NAME` or `expr=…`; undefined: all. */
  readonly only: { readonly environment: string } | { readonly condition: ConditionNode } | undefined
}

export const CustomLog: Directive<readonly AccessLog[]> = appended<AccessLog>({
  name: 'CustomLog',
  contexts: servers,
  takes: 'TAKE23',
  syntax: 'path format|nickname [env=[!]name|expr=condition]',
  read: (use) => {
    const [file, format, guard] = use.words
    if (file?.text.startsWith('|') === true)
      return use.fail(
        {
          code: 'bad-value',
          message: 'CustomLog cannot write to a program',
          expected: 'the path of a file',
          found: 'a program',
        },
        file,
      )
    const only = guard === undefined ? undefined : onlyOf(guard, use)
    if ((guard !== undefined && only === undefined) || !isFormat(format, use)) return undefined
    return { path: use.absolute(file?.text ?? ''), format: format?.text, only }
  },
  help: 'A file for the requests that were answered, and the format of its lines.',
})

function onlyOf(guard: Word, use: Use): AccessLog['only'] {
  if (guard.text.startsWith('env=')) return { environment: guard.text.slice('env='.length) }
  const message = 'error in condition clause'
  const expected = 'env=NAME, env=!NAME or expr=condition'
  if (!guard.text.startsWith('expr='))
    return use.fail({ code: 'bad-value', message, expected, found: guard.text }, guard)
  const parsed = parseCondition(guard.text.slice('expr='.length))
  if ('node' in parsed) return { condition: parsed.node }
  return use.fail({ code: 'bad-expression', message: `${message}: ${parsed.problem}`, found: guard.text }, guard)
}

/** A text without a `%` is a nickname. */
function isFormat(word: Word | undefined, use: Use): boolean {
  const parts = logFormat(word?.text ?? '')
  if (typeof parts !== 'string') return true
  use.fail({ code: 'bad-value', message: parts, found: word?.text ?? '' }, word)
  return false
}

export const LogFormat: Directive<ReadonlyMap<string, string>> = keyed<string>({
  name: 'LogFormat',
  contexts: servers,
  takes: 'TAKE12',
  syntax: '"format" [nickname]',
  read(use) {
    const [format, nickname] = use.words
    return isFormat(format, use) ? [nickname?.text ?? '', format?.text ?? ''] : undefined
  },
  help: 'Gives a format of access logs a name; without one it becomes the default.',
})

export const logConfigModule: ModuleTable = {
  file: 'mod_log_config.c',
  id: 'log_config_module',
  help: 'Access logs.',
  directives: [CustomLog, LogFormat],
}
