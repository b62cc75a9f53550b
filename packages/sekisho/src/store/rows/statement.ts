import { optionError, SekishoUsageError } from '../../errors.ts'

/** What a parameter of a statement can be. Instants are numbers. */
export type ParameterName =
  | 'id'
  | 'data'
  | 'expected'
  | 'after'
  | 'limit'
  | 'expires'
  | 'expiresMicros'
  | 'now'
  | 'nowMicros'

/** How the driver marks parameters: `?` (mysql2, SQLite) or `$1`, `$2` … (PostgreSQL). */
export type PlaceholderStyle = '?' | '$1'

/** The values of one execution. */
export type Parameters = { readonly [name in ParameterName]?: string | number }

/** What a statement may contain. */
export interface StatementShape {
  /** The option that it came from. */
  readonly option: string
  /** What each `%s` stands for, in this order. */
  readonly positions: readonly ParameterName[]
  /** The names that must be used (those of `positions`). */
  readonly required?: readonly ParameterName[]
  /** Further names that may be used. */
  readonly optional?: readonly ParameterName[]
}

/** A statement of the user's, ready for the driver. */
export interface Statement {
  /** What it takes, in order. */
  readonly names: readonly ParameterName[]
  /** @returns The text for the driver and its parameters in order. */
  with(parameters: Parameters): { readonly sql: string; readonly params: (string | number)[] }
}

/** Quoted text and comments, then what is of interest outside of them. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|%%|%s|%lld|%\{(?<name>\w*)\}|\?|\$\d+/g

/**
 * Reads a statement with `%s` for each parameter in a fixed order, or `%{name}` in any order; `%%` is a per cent sign. Values
 * always travel as parameters, never in the text; only `%{limit}`, a number of ours, is written out.
 *
 * @throws SekishoUsageError `ERR_OPTION` with what is expected.
 */
export function compile(source: unknown, shape: StatementShape, style: PlaceholderStyle): Statement {
  const { option, positions } = shape
  if (typeof source !== 'string') throw optionError(option, `a statement with ${listed(positions)}`, source)
  const { texts, names } = split(source, shape)
  return Object.freeze({
    names,
    with(parameters: Parameters) {
      const params: (string | number)[] = []
      let sql = texts[0] ?? ''
      for (const [at, name] of names.entries()) {
        const value = parameters[name]
        if (value === undefined)
          throw new SekishoUsageError('ERR_OPTION', `option \`${option}\` has no use for ${name}`)
        if (name === 'limit') sql += String(value)
        else sql += style === '?' ? '?' : `$${params.length + 1}`
        if (name !== 'limit') params.push(value)
        sql += texts[at + 1] ?? ''
      }
      return { sql, params }
    },
  })
}

/** The text between the parameters, and their names. */
function split(source: string, shape: StatementShape): { texts: string[]; names: ParameterName[] } {
  const { positions, required = positions, optional = [] } = shape
  const known: readonly string[] = [...positions, ...optional]
  const names: ParameterName[] = []
  const texts: string[] = []
  let text = ''
  let [from, positional] = [0, 0]
  for (const match of source.matchAll(token)) {
    const [found] = match
    text += source.slice(from, match.index)
    from = match.index + found.length
    const name = found === '%s' ? positions[positional++] : match.groups?.['name']
    if (name !== undefined && known.includes(name)) {
      names.push(name as ParameterName)
      texts.push(text)
      text = ''
    } else text += plain(found, shape)
  }
  texts.push(text + source.slice(from))
  const isComplete = required.every((name) => names.includes(name)) && (positional === 0 || positional === names.length)
  if (!isComplete || (positional > 0 && positional !== positions.length)) throw unfit(shape, source)
  return { texts, names }
}

/** What stays as it is; anything that looks like a parameter and is none is refused. */
function plain(found: string, shape: StatementShape): string {
  if (found === '%%') return '%'
  const isQuoted = /^['"`]/.test(found)
  if (!isQuoted && !/^[%?$]/.test(found)) return found
  if (isQuoted && !/%s|%\{/.test(found)) return found
  throw unfit(shape, found)
}

function unfit({ option, positions, optional = [] }: StatementShape, received: string): SekishoUsageError {
  const named = [...positions, ...optional].map((name) => `%{${name}}`).join(', ')
  const expected = `a statement with unquoted ${listed(positions)}, or with the names ${named}`
  return optionError(option, expected, received)
}

function listed(positions: readonly ParameterName[]): string {
  return `${positions.map(() => '%s').join(', ')} for ${positions.join(', ')} in this order`
}
