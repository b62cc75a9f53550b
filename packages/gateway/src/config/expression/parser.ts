import { addressRange } from '../../lib/address-range.ts'
import { compileRegex } from '../regex.ts'
import type { ConditionNode, TextNode } from './ast.ts'
import { ExpressionError, expressionTokens, type StringPart, stringParts, type Token } from './lexer.ts'
import { isBinaryOperator, isFunction, isUnaryOperator, isVariable } from './vocabulary.ts'

/** How deep parentheses and negations may be nested. */
const deepest = 64

/** What became of an expression. */
export type Parsed<Node> = { readonly node: Node } | { readonly problem: string; readonly at: number }

/** Reads a condition, as in `<If "…">`. */
export function parseCondition(text: string): Parsed<ConditionNode> {
  return attempt(() => new ConditionParser([...expressionTokens(text)], text.length).whole())
}

/** Reads a text with variables in it, as in `AuthFormLoginRequiredLocation`. */
export function parseText(text: string): Parsed<TextNode> {
  return attempt(() => textOf(stringParts(text), 0))
}

function attempt<Node>(parse: () => Node): Parsed<Node> {
  try {
    return { node: parse() }
  } catch (error) {
    if (error instanceof ExpressionError) return { problem: error.message, at: error.at }
    throw error
  }
}

/** Recursive descent; `||` binds weaker than `&&`, `!` binds strongest. */
class ConditionParser {
  readonly #tokens: readonly Token[]
  readonly #length: number
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens
    this.#length = length
  }

  whole(): ConditionNode {
    const node = this.#or()
    if (this.#token !== undefined) throw this.#unexpected()
    return node
  }

  get #token(): Token | undefined {
    return this.#tokens[this.#next]
  }

  #unexpected(): ExpressionError {
    const token = this.#token
    if (token === undefined) return new ExpressionError('syntax error, unexpected end of expression', this.#length)
    const text = 'text' in token ? `'${token.text}'` : token.kind
    return new ExpressionError(`syntax error, unexpected ${text}`, token.at)
  }

  #takes(...texts: string[]): string | undefined {
    const token = this.#token
    if (token === undefined || !('text' in token) || !texts.includes(token.text)) return undefined
    this.#next += 1
    return token.text
  }

  #expect(text: string): void {
    if (this.#takes(text) === undefined) throw this.#unexpected()
  }

  #or(): ConditionNode {
    const operands = [this.#and()]
    while (this.#takes('||', 'or') !== undefined) operands.push(this.#and())
    return operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: 'or', operands }
  }

  #and(): ConditionNode {
    const operands = [this.#not()]
    while (this.#takes('&&', 'and') !== undefined) operands.push(this.#not())
    return operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: 'and', operands }
  }

  #not(): ConditionNode {
    this.#depth += 1
    if (this.#depth > deepest)
      throw new ExpressionError('the expression is nested too deep', this.#token?.at ?? this.#length)
    const node: ConditionNode =
      this.#takes('!', 'not') === undefined ? this.#primary() : { kind: 'not', operand: this.#not() }
    this.#depth -= 1
    return node
  }

  #primary(): ConditionNode {
    const constant = this.#takes('true', 'false')
    if (constant !== undefined) return { kind: 'constant', value: constant === 'true' }
    const token = this.#token
    if (token?.kind === 'operator') return this.#unary(token.text, token.at)
    if (this.#takes('(') === undefined) return this.#comparison(this.#word())
    const group = this.#group()
    return this.#endsText(group) ? this.#comparison(group) : (group as ConditionNode)
  }

  /** Behind an opening parenthesis: a condition, or a text in needless parentheses. Tried as a text first. */
  #group(): ConditionNode | TextNode {
    const start = this.#next
    const text = this.#tryText()
    if (text !== undefined) return text
    this.#next = start
    const node = this.#or()
    this.#expect(')')
    return node
  }

  #tryText(): TextNode | undefined {
    const token = this.#token
    const follows = this.#tokens[this.#next + 1]
    const simple = token?.kind === 'string' || token?.kind === 'digits'
    if (!simple || follows === undefined || !('text' in follows) || follows.text !== ')') return undefined
    const node = this.#atom()
    this.#expect(')')
    return node
  }

  #endsText(node: ConditionNode | TextNode): node is TextNode {
    return (
      node.kind === 'literal' ||
      node.kind === 'variable' ||
      node.kind === 'capture' ||
      node.kind === 'call' ||
      node.kind === 'concat'
    )
  }

  #unary(operator: string, at: number): ConditionNode {
    this.#next += 1
    if (!isUnaryOperator(operator)) throw new ExpressionError(`No such unary operator: ${operator}`, at)
    return { kind: 'unary', operator, operand: this.#word() }
  }

  #comparison(left: TextNode): ConditionNode {
    const token = this.#token
    const operator = this.#takes('=~', '!~')
    if (operator !== undefined) return { kind: 'match', negated: operator === '!~', left, regex: this.#regex() }
    if (this.#takes('in', '-in') !== undefined) return { kind: 'in', left, list: this.#list() }
    if (token === undefined || !('text' in token)) throw this.#unexpected()
    if (token.kind === 'operator' && !isBinaryOperator(token.text))
      throw new ExpressionError(`No such binary operator: ${token.text}`, token.at)
    if (!isBinaryOperator(token.text)) throw this.#unexpected()
    this.#next += 1
    const right = this.#word()
    const isRange = token.text !== '-ipmatch' || right.kind !== 'literal' || addressRange(right.text) !== undefined
    if (!isRange) throw new ExpressionError('parsing of subnet/netmask failed', token.at)
    return { kind: 'compare', operator: token.text, left, right }
  }

  #regex(): RegExp {
    const token = this.#token
    if (token?.kind !== 'regex') throw this.#unexpected()
    const regex = compileRegex(token.pattern, token.flags.replaceAll('g', ''))
    if (typeof regex === 'string') throw new ExpressionError('Failed to compile regular expression', token.at)
    this.#next += 1
    return regex
  }

  #list(): TextNode[] {
    this.#expect('{')
    const words = [this.#word()]
    while (this.#takes(',') !== undefined) words.push(this.#word())
    this.#expect('}')
    return words
  }

  #word(): TextNode {
    const parts = [this.#atom()]
    while (this.#takes('.') !== undefined) parts.push(this.#atom())
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'concat', parts }
  }

  #atom(): TextNode {
    const token = this.#token
    if (token?.kind === 'string') {
      this.#next += 1
      return textOf(token.parts, token.at)
    }
    if (token?.kind === 'digits') {
      this.#next += 1
      return { kind: 'literal', text: token.text }
    }
    if (token?.kind === 'name') return this.#call(token.text, token.at)
    throw this.#unexpected()
  }

  #call(name: string, at: number): TextNode {
    this.#next += 1
    this.#depth += 1
    if (this.#depth > deepest) throw new ExpressionError('the expression is nested too deep', at)
    this.#expect('(')
    if (!isFunction(name)) throw new ExpressionError(`Function '${name}' does not exist`, at)
    const argument = this.#word()
    this.#expect(')')
    this.#depth -= 1
    return { kind: 'call', name: name.toLowerCase(), argument }
  }
}

function textOf(parts: readonly StringPart[], at: number): TextNode {
  const nodes = parts.map((part) => partNode(part, at))
  if (nodes.length === 0) return { kind: 'literal', text: '' }
  return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: 'concat', parts: nodes }
}

function partNode(part: StringPart, at: number): TextNode {
  if (part.kind !== 'variable') return part
  if (part.argument === undefined) {
    if (!isVariable(part.name)) throw new ExpressionError(`Variable '${part.name}' does not exist`, at)
    return { kind: 'variable', name: part.name.toUpperCase() }
  }
  if (!isFunction(part.name)) throw new ExpressionError(`Function '${part.name}' does not exist`, at)
  return { kind: 'call', name: part.name.toLowerCase(), argument: textOf(part.argument, at) }
}
