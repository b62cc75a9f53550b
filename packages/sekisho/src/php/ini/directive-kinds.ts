/**
 * How the values of directives are read: PHP's reading of the texts of an ini file, and plain values of this language.
 *
 * @module
 */

/** A value as an application gives it; a text is read as in `php.ini`. */
export type IniInput = string | number | boolean

/** A value that was read, or why it was not taken. */
export type Reading<T> =
  | { readonly value: T; readonly deprecated?: string | undefined }
  /** `refused`: the warning, in PHP's words. `silent`: PHP says nothing. */
  | { readonly refused: string; readonly silent?: boolean; readonly deprecated?: string | undefined }
  /** PHP says yes and changes nothing. */
  | { readonly ignored: true; readonly deprecated?: undefined }

/** What surrounds a value. */
export interface ReadingContext {
  /** The directive, for messages. */
  readonly name: string
  /** The version of PHP, times 100: 802, 804, 805, 806. */
  readonly php: number
  /** Whether what PHP would take and a browser would not is refused. */
  readonly isSafe: boolean
}

/** How the value of a directive is read. */
export interface DirectiveKind<T> {
  /** What the reference says of its values. */
  readonly expected: string
  /** Reads a value. */
  read(input: IniInput, context: ReadingContext): Reading<T>
}

/** Any text. */
export const freeText: DirectiveKind<string> = {
  expected: 'text',
  read: (input) => ({ value: textOf(input) }),
}

/** Yes or no: `1 on yes true`, everything else is no. */
export const bool: DirectiveKind<boolean> = {
  expected: 'a boolean',
  read: (input) => ({ value: typeof input === 'string' ? isYes(input) : Boolean(input) }),
}

/** What {@link count} takes. */
export interface CountRule {
  /** The smallest value that is taken from PHP 8.4 on. */
  readonly least?: number
  /** What is said of a smaller one. */
  readonly refused?: string
  /** Whether parts of one are kept. */
  readonly isFraction?: boolean
}

/** A number; `1K`, `1M` and `1G` are powers of 1024. */
export function count({ least, refused = '', isFraction = false }: CountRule): DirectiveKind<number> {
  const expected = least === undefined ? 'a number' : `a number of at least ${least}`
  return {
    expected,
    read(input, { name, php, isSafe }) {
      const number = isFraction ? Number.parseFloat(textOf(input)) : quantity(textOf(input))
      if (number === undefined || Number.isNaN(number)) {
        if (isSafe) return { refused: `${name} must be ${expected}` }
        return least !== undefined && least > 0 && php >= 804 ? { refused } : { value: 0 }
      }
      return least !== undefined && number < least && php >= 804 ? { refused } : { value: number }
    },
  }
}

/** One of some names, in any case. */
export function one(names: readonly string[]): DirectiveKind<string> {
  return {
    expected: names.map((name) => `\`${name}\``).join(', '),
    read(input) {
      const name = textOf(input).toLowerCase()
      return names.includes(name)
        ? { value: name }
        : { refused: `Serialization handler "${textOf(input)}" cannot be found` }
    },
  }
}

/** A directive whose every value but one is deprecated since PHP 8.4. */
export function deprecatedUnless<T>(kind: DirectiveKind<T>, usual: T, message: string): DirectiveKind<T> {
  return {
    expected: kind.expected,
    read(input, context) {
      const reading = kind.read(input, context)
      const isUsual = 'value' in reading && reading.value === usual
      return isUsual || context.php < 804 || 'ignored' in reading ? reading : { ...reading, deprecated: message }
    },
  }
}

/** A value as the text that PHP keeps. */
export function textOf(input: IniInput): string {
  if (typeof input === 'boolean') return input ? '1' : '0'
  return String(input)
}

function isYes(text: string): boolean {
  return /^(?:true|yes|on)$/i.test(text) || Number.parseInt(text, 10) > 0 || Number.parseInt(text, 10) < 0
}

const powers: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** @returns `undefined` for a text that does not begin with a number. */
export function quantity(text: string): number | undefined {
  const [, digits, suffix = ''] = /^\s*([-+]?\d+)\s*([kmg])?/i.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (powers[suffix.toLowerCase()] ?? 1)
}
