import type { Arity } from './arity.ts'
import type { Contexts } from './contexts.ts'
import type { Problem } from './diagnostics.ts'
import type { Place } from './source.ts'
import type { Word } from './words.ts'

/** One use of a directive: what its reader sees and says. */
export interface Use {
  /** The arguments, counted already. For raw arguments see {@link Use.raw}. */
  readonly words: readonly Word[]
  /** Everything behind the name, quotes and all. */
  readonly raw: string
  /** The directive's own account of its arguments. */
  readonly syntax: string
  /** Where the line stands. */
  readonly place: Place
  /** The name of the innermost section; undefined outside of all. */
  readonly section: string | undefined
  /** True within `<Location>` and the like, and in `.htaccess` files. */
  readonly inSection: boolean
  /** What the innermost section is about, as written: the path of a `<Location>`; undefined outside of all. */
  readonly sectionSubject: string | undefined
  /** A path as the configuration means it: absolute, or below the server root. */
  absolute(path: string): string
  /** Whether the real server has a module of this name: `session`, for mod_session. */
  knowsModule(name: string): boolean
  /** Says what becomes of something that the real server takes and only this gateway understands; told to whoever asks about that server. */
  beyondApache(message: string, word?: Word): void
  /** Reports an error at an argument (default: the directive). Returns undefined, which makes the line count for nothing. */
  fail(problem: Problem, word?: Word): undefined
  /** Reports something that is taken but odd. */
  warn(problem: Problem, word?: Word): void
}

/** Turns the arguments of one line into a value. @returns Undefined after {@link Use.fail}. */
export type Reader<Line> = (use: Use) => Line | undefined

/** Who knows a directive: the released server, only its next version, the readers of articles, or this gateway alone. */
export type Origin = 'apache' | 'apache-trunk' | 'document' | 'sekisho'

/** What is said about a directive in its module's table. */
export interface DirectiveSpec<Line> {
  /** In Apache's spelling. */
  readonly name: string
  readonly contexts: Contexts
  readonly takes: Arity
  /** What the arguments are, for people: `seconds`, `name [attributes]`. */
  readonly syntax: string
  readonly read: Reader<Line>
  /** One line: what it does. Also ends the message about a wrong number of arguments, as in the real server. */
  readonly help: string
  /** What it means where its meaning needs more than a line (default: nothing). */
  readonly notes?: string
  /** Default `apache`. */
  readonly origin?: Origin
  /** True: it is accepted and has no effect here; the help says why (default false). */
  readonly inert?: boolean
  /** The directive whose lines it stands among: their order counts, whichever of the two wrote them (default: itself). */
  readonly among?: Directive
}

/** A directive, with the type of what it amounts to for a request. */
export interface Directive<Value = unknown> extends Omit<DirectiveSpec<unknown>, 'read' | 'origin' | 'inert'> {
  readonly origin: Origin
  readonly inert: boolean
  /** What holds where nobody says anything. */
  readonly initial: Value
  /** How lines and sections add up, for the reference. */
  readonly merging: string
  /** Adds one line to what the lines above it in the same section amount to. */
  add(use: Use, before: Value | undefined): Value | undefined
  /** Puts a section on top of what it is matched after. */
  merge(parent: Value, child: Value, section: SettingsView): Value
}

/** Settings to look at. */
export interface SettingsView {
  /** The value of a directive, its default when nobody says anything. */
  get<Value>(directive: Directive<Value>): Value
  /** The value that was written; undefined when nobody says anything. */
  own<Value>(directive: Directive<Value>): Value | undefined
  /** Where the value comes from: the line that had the last word. */
  placeOf(directive: Directive): Place | undefined
}

/** The last line counts, and a section replaces what it is matched after. */
export function single<Value>(spec: DirectiveSpec<Value> & { readonly initial: Value }): Directive<Value> {
  return finish(spec, {
    initial: spec.initial,
    merging: 'replaces',
    add: (line) => line,
    merge: (_, child) => child,
  })
}

/** Like {@link single}, and absent by default. */
export function optional<Value>(spec: DirectiveSpec<Value>): Directive<Value | undefined> {
  return single<Value | undefined>({ ...spec, initial: undefined })
}

/** Lines add up, and a section's lines are appended to those it is matched after. */
export function appended<Line>(spec: DirectiveSpec<Line>): Directive<readonly Line[]> {
  return finish<Line, readonly Line[]>(spec, {
    initial: [],
    merging: 'is appended to',
    add: (line, before) => pushed(before, line),
    merge: (parent, child) => [...parent, ...child],
  })
}

/** Lines add up within a section, which is asked before those it is matched after: the first match counts. */
export function prepended<Line>(spec: DirectiveSpec<Line>): Directive<readonly Line[]> {
  return finish<Line, readonly Line[]>(spec, {
    initial: [],
    merging: 'is asked before',
    add: (line, before) => pushed(before, line),
    merge: (parent, child) => [...child, ...parent],
  })
}

/** Each line gives several values; they add up within a section, and a section replaces the whole list. */
export function listed<Line>(
  spec: DirectiveSpec<readonly Line[]> & { readonly initial?: readonly Line[] },
): Directive<readonly Line[]> {
  return finish<readonly Line[], readonly Line[]>(spec, {
    initial: spec.initial ?? [],
    merging: 'replaces the list of',
    add: (lines, before) => pushedAll(before, lines),
    merge: (_, child) => child,
  })
}

/** Each line sets the value of a key; a section replaces key by key. */
export function keyed<Line>(spec: DirectiveSpec<readonly [string, Line]>): Directive<ReadonlyMap<string, Line>> {
  return finish<readonly [string, Line], ReadonlyMap<string, Line>>(spec, {
    initial: new Map(),
    merging: 'replaces, key by key,',
    add: ([key, value], before) =>
      ((before as Map<string, Line> | undefined) ?? new Map<string, Line>()).set(key, value),
    merge: (parent, child) => new Map([...parent, ...child]),
  })
}

/** Adds to a list that belongs to the section being read; a copy per line would make long sections quadratic. */
export function pushed<Line>(list: readonly Line[] | undefined, line: Line): readonly Line[] {
  const own = (list as Line[] | undefined) ?? []
  own.push(line)
  return own
}

function pushedAll<Line>(list: readonly Line[] | undefined, lines: readonly Line[]): readonly Line[] {
  let result: readonly Line[] = list ?? []
  for (const line of lines) result = pushed(result, line)
  return result
}

interface Folding<Line, Value> {
  readonly initial: Value
  readonly merging: string
  add(line: Line, before: Value | undefined): Value
  merge(parent: Value, child: Value, section: SettingsView): Value
}

/** Makes a directive whose lines add up in a way of their own. */
export function finish<Line, Value>(spec: DirectiveSpec<Line>, folding: Folding<Line, Value>): Directive<Value> {
  const { read, origin = 'apache', inert = false, ...rest } = spec
  return Object.freeze<Directive<Value>>({
    ...rest,
    origin,
    inert,
    initial: folding.initial,
    merging: folding.merging,
    merge: folding.merge,
    add(use, before) {
      const line = read(use)
      return line === undefined ? undefined : folding.add(line, before)
    },
  })
}

/** The directives of one module of the server, or of the things that only this gateway has. */
export interface ModuleTable {
  /** `mod_session.c`; `<IfModule>` knows it. */
  readonly file: string
  /** `session_module`; `<IfModule>` and `LoadModule` know it. */
  readonly id: string
  /** One line: what it is for. */
  readonly help: string
  readonly directives: readonly Directive[]
}
