/**
 * The directives of one application, and of one request that may change them.
 *
 * @module
 */
import { optionError } from '../../errors.ts'
import { textOf, type IniInput, type Reading, type ReadingContext } from './directive-kinds.ts'
import type { Directive, DirectiveName, DirectiveValues } from './directive.ts'
import { directives, isDirective } from './directive-table.ts'

/** Directives as an application gives them; other names are for save handlers, such as `redis.session.locking_enabled`. */
export type PhpIni = { readonly [N in DirectiveName]?: IniInput } & { readonly [other: string]: IniInput | undefined }

/** Which PHP the functions behave like: see {@link behaviourOf}. */
export type PhpPreset = 'safe' | 'classic' | '8.2' | '8.4' | '8.5' | '8.6'

/** What a preset means. */
export interface PhpBehaviour {
  /** The version of PHP, times 100. */
  readonly php: number
  /** Whether the safe behaviour replaces PHP's own where that loses data or locks a visitor out. */
  readonly isSafe: boolean
}

const presets: Readonly<Record<PhpPreset, PhpBehaviour>> = {
  safe: { php: 806, isSafe: true },
  classic: { php: 804, isSafe: false },
  '8.2': { php: 802, isSafe: false },
  '8.4': { php: 804, isSafe: false },
  '8.5': { php: 805, isSafe: false },
  '8.6': { php: 806, isSafe: false },
}

/**
 * What a preset means: `safe` has the defaults of PHP 8.6 and loses nothing, a version is that version exactly, and
 * `classic` is the last one with the old defaults, 8.4.
 *
 * @throws SekishoUsageError `ERR_OPTION` for another name.
 */
export function behaviourOf(preset: PhpPreset): PhpBehaviour {
  if (Object.hasOwn(presets, preset)) return presets[preset]
  throw optionError('php', `one of ${Object.keys(presets).join(', ')}`, preset)
}

/** What was found wrong with a configuration that PHP would start with all the same. */
export interface IniProblem {
  /** The directive. */
  readonly name: string
  /** PHP's words. */
  readonly message: string
  /** Whether the value is taken nevertheless. */
  readonly isDeprecation: boolean
}

/** A configuration that has been read. */
export interface ResolvedIni extends PhpBehaviour {
  /** All directives, and what was given for others. */
  readonly values: ReadonlyMap<string, IniInput>
  /** What PHP would have said at its start. */
  readonly problems: readonly IniProblem[]
}

/**
 * Reads a configuration.
 *
 * @throws SekishoUsageError `ERR_OPTION` for a value that is refused, in the preset `safe`; the others start with the default
 * and a problem, as PHP does.
 */
export function resolveIni(ini: PhpIni, behaviour: PhpBehaviour): ResolvedIni {
  const values = new Map<string, IniInput>()
  const problems: IniProblem[] = []
  for (const [name, directive] of Object.entries(directives) as [DirectiveName, Directive][]) {
    values.set(name, defaultOf(directive, behaviour))
  }
  for (const [name, input] of Object.entries(ini)) {
    if (input === undefined) continue
    if (!isDirective(name)) {
      if (name.startsWith('session.') && behaviour.isSafe) throw optionError(name, 'a directive that PHP has', input)
      values.set(name, input)
      continue
    }
    const reading = readDirective(name, input, behaviour)
    if ('value' in reading) values.set(name, reading.value)
    else if (name === 'session.serialize_handler' && !behaviour.isSafe) {
      // PHP finds out at the first start.
      values.set(name, textOf(input))
      continue
    } else if (behaviour.isSafe && 'refused' in reading) throw optionError(name, directives[name].kind.expected, input)
    problems.push(...problemsOf(name, reading))
  }
  if (behaviour.isSafe) problems.push(...combinationsOf(values))
  return { ...behaviour, values, problems }
}

/** Directives that are good by themselves, and not together. */
function combinationsOf(values: ReadonlyMap<string, IniInput>): IniProblem[] {
  if (values.get('session.cookie_partitioned') === true && values.get('session.cookie_secure') !== true) {
    throw optionError('session.cookie_secure', 'on with `session.cookie_partitioned`', false)
  }
  if (values.get('session.use_trans_sid') !== true || values.get('session.use_only_cookies') !== true) return []
  const message = 'session.use_trans_sid has no effect while session.use_only_cookies is on'
  return [{ name: 'session.use_trans_sid', message, isDeprecation: false }]
}

function defaultOf({ safe, classic = safe }: Directive, { php }: PhpBehaviour): IniInput {
  return (php >= 806 ? safe : classic) as IniInput
}

/** Reads the value of a directive under its rules. */
export function readDirective(name: DirectiveName, input: IniInput, behaviour: PhpBehaviour): Reading<IniInput> {
  const directive: Directive = directives[name]
  const context: ReadingContext = { name, ...behaviour }
  if ((directive.since ?? 0) > behaviour.php) return { refused: `${name} is not known`, silent: true }
  return directive.kind.read(input, context) as Reading<IniInput>
}

function problemsOf(name: string, reading: Reading<IniInput>): IniProblem[] {
  const problems: IniProblem[] = []
  if (reading.deprecated !== undefined) problems.push({ name, message: reading.deprecated, isDeprecation: true })
  if ('refused' in reading) problems.push({ name, message: reading.refused, isDeprecation: false })
  return problems
}

/** The directives as they stand in one request. What it changes concerns nobody else. */
export class RequestIni {
  #values: ReadonlyMap<string, IniInput>
  #changed: Map<string, IniInput> | undefined

  constructor({ values }: ResolvedIni) {
    this.#values = values
  }

  get<N extends DirectiveName>(name: N): DirectiveValues[N]
  get(name: string): IniInput | undefined
  get(name: string): IniInput | undefined {
    return this.#values.get(name)
  }

  /** Sets a value that has been read and found good. */
  put(name: string, value: IniInput): void {
    this.#changed ??= new Map(this.#values)
    this.#values = this.#changed.set(name, value)
  }
}
