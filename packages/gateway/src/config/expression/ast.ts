/** A text-valued part of an expression. */
export type TextNode =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'capture'; readonly index: number }
  | { readonly kind: 'call'; readonly name: string; readonly argument: TextNode }
  | { readonly kind: 'concat'; readonly parts: readonly TextNode[] }

/** A condition. */
export type ConditionNode =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly operand: ConditionNode }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly ConditionNode[] }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: TextNode }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: TextNode; readonly right: TextNode }
  | { readonly kind: 'match'; readonly negated: boolean; readonly left: TextNode; readonly regex: RegExp }
  | { readonly kind: 'in'; readonly left: TextNode; readonly list: readonly TextNode[] }
