/**
 * The directives whose values have rules of their own.
 *
 * @module
 */
import { quantity, textOf, type DirectiveKind, type ReadingContext } from './directive-kinds.ts'

/** `session.save_path`; what stands behind the last `;` is the handler's to judge. */
export const savePath: DirectiveKind<string> = {
  expected: 'text without NUL',
  read(input) {
    const path = textOf(input)
    return path.includes('\0')
      ? { refused: 'session.save_path cannot contain null bytes', silent: true }
      : { value: path }
  },
}

/** PHP's own list, as its message writes it. */
const forbidden = String.raw`=,;.[ \t\r\n\013\014`
const hasForbidden = /[=,;.[ \t\r\n\v\f]/

/** `session.name`: PHP 8.2 looks at the characters when the cookie is to be sent. */
export const sessionName: DirectiveKind<string> = {
  expected: 'a name, not a number, and without any of `= , ; . [` and white space',
  read(input, { php, isSafe }) {
    const name = textOf(input)
    const isNumeric = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(name)
    if (php < 804) {
      return name === '' || isNumeric || name.includes('\0')
        ? { refused: `session.name "${name}" cannot be numeric or empty` }
        : { value: name }
    }
    if (name !== '' && !isNumeric && !name.includes('\0') && !hasForbidden.test(name) && (!isSafe || isVisible(name))) {
      return { value: name }
    }
    const rule = `must not be numeric, empty, contain null bytes or any of the following characters "${forbidden}"`
    return { refused: `session.name "${name}" ${rule}` }
  },
}

/** Whether a cookie can have this name; PHP 8.2 asks that when it is to be sent. @returns The warning, if it cannot. */
export function unsendableName(name: string): string | undefined {
  if (hasForbidden.test(name)) return `session.name cannot contain any of the following '${forbidden}'`
  return isVisible(name) ? undefined : 'Session cookie cannot be sent under a name that is not visible ASCII'
}

function isVisible(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}

/** `session.save_handler`; whether it is there is asked where the modules are known. */
export const handlerName: DirectiveKind<string> = {
  expected: 'the name of a module',
  read: (input) => ({ value: textOf(input).toLowerCase() }),
}

/** `session.cookie_lifetime`: what the clock cannot reach is ignored without a word. */
export const cookieLifetime: DirectiveKind<number> = {
  expected: 'seconds, not negative',
  read(input, { name, isSafe }) {
    const seconds = quantity(textOf(input))
    if (seconds === undefined && isSafe) return { refused: `${name} must be a number` }
    if (seconds === undefined) return { value: 0 }
    if (seconds < 0) return { refused: 'CookieLifetime cannot be negative' }
    // PHP's limit is 2 ** 63 - 2 ** 31 - 1; as a date, no year after 9999 can be written.
    return seconds > 9_223_372_034_707_292_160 ? { ignored: true } : { value: seconds }
  },
}

/** An attribute of the cookie: what would end it, or begin another header, is refused. */
export const cookieAttribute: DirectiveKind<string> = {
  expected: 'text without `;` and control characters',
  read(input, context) {
    const text = textOf(input)
    return endsAttribute(text, context)
      ? { refused: `${context.name} cannot contain control characters or ";"` }
      : { value: text }
  },
}

/** `session.cookie_samesite`: a browser that does not know the word goes by its own default, which may be none at all. */
export const sameSite: DirectiveKind<string> = {
  expected: '`Strict`, `Lax`, `None` or empty; any text in the versions of PHP',
  read(input, context) {
    const text = textOf(input)
    return context.isSafe && !/^(?:strict|lax|none)?$/i.test(text)
      ? { refused: `${context.name} must be "Strict", "Lax", "None" or empty` }
      : cookieAttribute.read(input, context)
  },
}

function endsAttribute(text: string, { isSafe }: ReadingContext): boolean {
  // oxlint-disable-next-line no-control-regex -- no header can hold them
  return /[\0\r\n]/.test(text) || (isSafe && /[\x00-\x1f\x7f;]/.test(text))
}

/** `session.sid_length` and `session.sid_bits_per_character`. */
export function sidShape(least: number, most: number): DirectiveKind<number> {
  return {
    expected: `${least} to ${most}`,
    read(input, { name }) {
      const text = textOf(input)
      const number = Number(text)
      return /^\s*[-+]?\d+$/.test(text) && number >= least && number <= most
        ? { value: number }
        : { refused: `session.configuration "${name}" must be between ${least} and ${most}` }
    },
  }
}

/** `session.upload_progress.freq`: octets, or hundredths with a `%`. */
export const progressFrequency: DirectiveKind<string> = {
  expected: 'octets, or hundredths with a `%`',
  read(input, { name }) {
    const text = textOf(input)
    const number = quantity(text) ?? 0
    if (number < 0) return { refused: `${name} must be greater than or equal to 0` }
    if (text.endsWith('%') && number > 100) return { refused: `${name} must be less than or equal to 100%` }
    return { value: text }
  },
}
