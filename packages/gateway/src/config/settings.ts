import type { Directive, SettingsView } from './directive.ts'
import type { Place } from './source.ts'

interface Setting {
  readonly value: unknown
  readonly place: Place
}

/** A section in front of what surrounds it, without merging the two: the section's own values hide the others. */
export function inFrontOf(base: SettingsView, section: Settings): SettingsView {
  return {
    get: (directive) => section.own(directive) ?? base.get(directive),
    own: (directive) => section.own(directive) ?? base.own(directive),
    placeOf: (directive) => section.placeOf(directive) ?? base.placeOf(directive),
  }
}

/** What a section, or all sections that match a request, say: the value of each directive and where it comes from. */
export class Settings implements SettingsView {
  readonly #settings: Map<Directive, Setting>

  constructor(settings: Iterable<readonly [Directive, Setting]> = []) {
    this.#settings = new Map(settings)
  }

  /** The value of a directive, its default when nobody says anything. */
  get<Value>(directive: Directive<Value>): Value {
    const setting = this.#settings.get(directive)
    return setting === undefined ? directive.initial : (setting.value as Value)
  }

  /** The value that was written; undefined when nobody says anything. */
  own<Value>(directive: Directive<Value>): Value | undefined {
    return this.#settings.get(directive)?.value as Value | undefined
  }

  /** Where the value comes from: the line that had the last word. */
  placeOf(directive: Directive): Place | undefined {
    return this.#settings.get(directive)?.place
  }

  /** The directives that somebody says something about. */
  get directives(): Iterable<Directive> {
    return this.#settings.keys()
  }

  get isEmpty(): boolean {
    return this.#settings.size === 0
  }

  /** Used while a section is being read. */
  set(directive: Directive, value: unknown, place: Place): void {
    this.#settings.set(directive, { value, place })
  }

  /** These settings with a section on top. Neither is changed. */
  with(section: Settings): Settings {
    if (section.isEmpty) return this
    const merged = new Settings(this.#settings)
    for (const [directive, { value, place }] of section.#settings) {
      const before = this.#settings.get(directive)
      merged.set(directive, before === undefined ? value : directive.merge(before.value, value, section), place)
    }
    return merged
  }
}
