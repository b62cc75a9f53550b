import { configFiles, servers } from '../contexts.ts'
import { appended, type Directive, keyed, type ModuleTable, optional, single } from '../directive.ts'
import { path } from '../readers.ts'

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

const levels = [
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
export type LogLevelName = (typeof levels)[number]

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
        const level = levels.find((known) => known === name.toLowerCase())
        if (level === undefined)
          return use.fail(
            {
              code: 'bad-value',
              message:
                'LogLevel requires level keyword: one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8',
              expected: levels.join(', '),
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
  /** A format, or the name that LogFormat gave to one; undefined: the common log format. */
  readonly format: string | undefined
}

export const CustomLog: Directive<readonly AccessLog[]> = appended<AccessLog>({
  name: 'CustomLog',
  contexts: servers,
  takes: 'TAKE23',
  syntax: 'path format|nickname [env=[!]name]',
  read: (use) => {
    const [file, format] = use.words
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
    return { path: use.absolute(file?.text ?? ''), format: format?.text }
  },
  help: 'A file for the requests that were answered, and the format of its lines.',
})

export const LogFormat: Directive<ReadonlyMap<string, string>> = keyed<string>({
  name: 'LogFormat',
  contexts: servers,
  takes: 'TAKE12',
  syntax: '"format" [nickname]',
  read: ({ words }) => [words[1]?.text ?? '', words[0]?.text ?? ''],
  help: 'Gives a format of access logs a name; without one it becomes the default.',
})

export const logConfigModule: ModuleTable = {
  file: 'mod_log_config.c',
  id: 'log_config_module',
  help: 'Access logs.',
  directives: [CustomLog, LogFormat],
}
