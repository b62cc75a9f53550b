import { CommandError } from '../command/terminal/command-error.ts'

/** Which gateway was looked for, and what was found. */
export interface Search {
  readonly stateDirectory: string
  /** The configuration; undefined: whichever runs. */
  readonly file: string | undefined
  /** The configurations that gateways with this state directory serve. */
  readonly served: readonly string[]
}

/** Nothing runs, or nothing that serves the configuration, or several do and none was named. */
export function gatewayMissing({ stateDirectory, file, served }: Search): CommandError {
  const others = [...new Set(served)]
  const [first] = others
  if (file === undefined && first !== undefined)
    return new CommandError({
      code: 'several-gateways',
      what: 'Several gateways run',
      why: `they serve ${others.join(', ')}`,
      fix: `name the configuration, for example ${first}`,
    })
  return new CommandError({
    code: 'not-running',
    what: file === undefined ? 'No gateway runs' : `No gateway serves ${file}`,
    why:
      first === undefined
        ? `none has its state in ${stateDirectory}`
        : `those that have their state in ${stateDirectory} serve ${others.join(', ')}`,
    fix: `start it with "sekisho serve ${file ?? 'site.conf'}", or give --state where that has it`,
  })
}
