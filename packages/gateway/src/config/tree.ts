import type { ConfigLine } from './lines.ts'
import type { Place } from './source.ts'

/** A directive as it was read. */
export interface DirectiveNode {
  readonly kind: 'directive'
  /** As written. */
  readonly name: string
  readonly line: ConfigLine
  readonly place: Place
  /** The offset in the line behind the name. */
  readonly rest: number
}

/** A section as it was read, conditions of reading time (`<IfModule>` and the like) already decided and gone. */
export interface SectionNode {
  readonly kind: 'section'
  /** As written, without the `<`. */
  readonly name: string
  readonly line: ConfigLine
  readonly place: Place
  /** The offset in the line behind the name. */
  readonly rest: number
  /** The offset in the line of the closing `>`. */
  readonly end: number
  readonly children: ConfigNode[]
}

/** What a configuration consists of. */
export type ConfigNode = DirectiveNode | SectionNode
