import type { ConditionNode, TextNode } from '../../config/expression/ast.ts'

const known = new WeakMap<ConditionNode, boolean>()

/** True when a condition depends on who is logged in: `%{REMOTE_USER}` is somewhere in it. */
export function asksForUser(condition: ConditionNode): boolean {
  const before = known.get(condition)
  if (before !== undefined) return before
  const asks = inCondition(condition)
  known.set(condition, asks)
  return asks
}

function inCondition(node: ConditionNode): boolean {
  switch (node.kind) {
    case 'constant':
      return false
    case 'not':
      return inCondition(node.operand)
    case 'and':
    case 'or':
      return node.operands.some(inCondition)
    case 'unary':
      return inText(node.operand)
    case 'compare':
      return inText(node.left) || inText(node.right)
    case 'match':
      return inText(node.left)
    case 'in':
      return inText(node.left) || node.list.some(inText)
    default:
      return node satisfies never
  }
}

function inText(node: TextNode): boolean {
  if (node.kind === 'variable') return node.name === 'REMOTE_USER'
  if (node.kind === 'call') return inText(node.argument)
  return node.kind === 'concat' && node.parts.some(inText)
}
