import { configFiles, servers } from '../contexts.ts'
import { appended, type Directive, keyed, type ModuleTable, optional, single, type Use } from '../directive.ts'
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

export const LogLevel: Directive<ReadonlyMap<string, LogLevelName>> = singleMap()

/** The level of the whole server is under the empty name, those of modules under theirs. */
function singleMap(): Directive<ReadonlyMap<string, LogLevelName>> {
  return single<ReadonlyMap<string, LogLevelName>>({
    name: 'LogLevel',
    contexts: configFiles,
    takes: 'ITERATE',
    syntax: '[module:]level …',
    read(use) {
      const result = new Map<string, LogLevelName>()
      for (const word of use.words) {
        const [name = '', module = ''] = word.text.split(':').toReversed()
        const level = logLevels.find((known) => known === name.toLowerCase())
        if (level === undefined)
          return use.fail(
            {
              code: 'bad-value',
              message:
                'LogLevel requires level keyword: one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8',
              expected: logLevels.join(', '),
              found: word.text,
            },
            word,
          )
        result.set(module.toLowerCase(), level)
      }
      return result
    },
    initial: new Map([['', 'warn']]),
    help: 'How grave something must be to be logged, for all or by module.',
  })
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
