import type { IniInput } from '../../src/php/ini/directive-kinds.ts'

/** Directives without `session.`. */
export type Directives = Readonly<Record<string, IniInput>>

/** The same under PHP's names. */
export function prefixed(directives: Directives): Directives {
  return Object.fromEntries(Object.entries(directives).map(([name, value]) => [`session.${name}`, value]))
}
