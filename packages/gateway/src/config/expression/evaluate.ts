import { addressRange } from '../../lib/address-range.ts'
import { wildcard } from '../../lib/wildcard.ts'
import type { ConditionNode, TextNode } from './ast.ts'
import { callFunction, type ExpressionRequest, variableValue } from './vocabulary.ts'

/** The groups of the last regular expression that matched; `$1` reads them. */
type Captures = string[]

/** Whether a condition holds for a request. */
export function holds(node: ConditionNode, request: ExpressionRequest, captures: Captures = []): boolean {
  switch (node.kind) {
    case 'constant':
      return node.value
    case 'not':
      return !holds(node.operand, request, captures)
    case 'and':
      return node.operands.every((operand) => holds(operand, request, captures))
    case 'or':
      return node.operands.some((operand) => holds(operand, request, captures))
    case 'unary':
      return unary(node.operator, textValue(node.operand, request, captures))
    case 'compare':
      return compare(node.operator, textValue(node.left, request, captures), textValue(node.right, request, captures))
    case 'match':
      return matches(node.regex, textValue(node.left, request, captures), captures) !== node.negated
    case 'in': {
      const left = textValue(node.left, request, captures)
      return node.list.some((member) => textValue(member, request, captures) === left)
    }
    default:
      return node satisfies never
  }
}

/** The value of a text for a request. */
export function textValue(node: TextNode, request: ExpressionRequest, captures: readonly string[] = []): string {
  switch (node.kind) {
    case 'literal':
      return node.text
    case 'variable':
      return variableValue(node.name, request)
    case 'capture':
      return captures[node.index] ?? ''
    case 'call':
      return callFunction(node.name, textValue(node.argument, request, captures), request)
    case 'concat':
      return node.parts.map((part) => textValue(part, request, captures)).join('')
    default:
      return node satisfies never
  }
}

function matches(regex: RegExp, text: string, captures: Captures): boolean {
  const found = regex.exec(text)
  if (found !== null) captures.splice(0, captures.length, ...found.map((group) => group ?? ''))
  return found !== null
}

/** `-T` is true unless the text is empty, `0`, `off`, `false` or `no`. */
function unary(operator: string, text: string): boolean {
  if (operator === '-n') return text !== ''
  if (operator === '-z') return text === ''
  if (operator === '-T') return !['', '0', 'off', 'false', 'no'].includes(text.toLowerCase())
  return false
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
}
const byText: Readonly<Record<string, string>> = {
  '=': 'eq',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
}

function compare(operator: string, left: string, right: string): boolean {
  const textual = byText[operator]
  if (textual !== undefined) return orders[textual]?.(textOrder(left, right)) ?? false
  const numeric = orders[operator.replace(/^-/, '')]
  if (numeric !== undefined) return numeric(integer(left) - integer(right))
  if (operator === '-ipmatch') return addressRange(right)?.(left) ?? false
  const lower = operator === '-strcmatch'
  const [text, pattern] = lower ? [left.toLowerCase(), right.toLowerCase()] : [left, right]
  return wildcard(pattern, operator === '-fnmatch')(text)
}

function textOrder(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** As atoi(3) reads it: leading digits, otherwise 0. */
function integer(text: string): number {
  const value = Number.parseInt(text, 10)
  return Number.isNaN(value) ? 0 : value
}
