import { compileRegex } from './regex.ts'
import type { Variables } from './variables.ts'
import { wordsFrom } from './words.ts'

/** The version of the real server whose behaviour this gateway follows; `<IfVersion>` compares with it. */
export const apacheVersion = '2.4.71'

/** What conditions of reading time ask about. */
export interface Surroundings {
  readonly variables: Variables
  /** True for the name of a module that this gateway has: its file (`mod_session.c`) or its identifier. */
  hasModule(name: string): boolean
  /** True for a directive (`Session`) that this gateway knows. */
  hasDirective(name: string): boolean
  /** True for a section (`<If`) that this gateway knows. */
  hasSection(name: string): boolean
  /** True when there is such a file; relative paths belong to the server root. */
  hasFile(path: string): boolean
}

type Condition = (argument: string, around: Surroundings) => boolean | { readonly problem: string }

/** Names in lower case. */
const conditions: ReadonlyMap<string, Condition> = new Map<string, Condition>([
  ['ifmodule', negatable((name, around) => around.hasModule(name))],
  ['ifdefine', negatable((name, around) => around.variables.isDefined(name))],
  ['iffile', negatable((name, around) => around.hasFile(name))],
  ['ifdirective', negatable((name, around) => around.hasDirective(name))],
  ['ifsection', negatable((name, around) => around.hasSection(name.replace(/^</, '').replace(/>$/, '')))],
  ['ifversion', version],
])

/** The condition that a section of this name stands for; undefined for a section that is kept. */
export function conditionOf(name: string): Condition | undefined {
  return conditions.get(name.toLowerCase())
}

function negatable(test: (name: string, around: Surroundings) => boolean): Condition {
  return (argument, around) => {
    const word = wordsFrom(argument, 0)[0]?.text ?? ''
    return word.startsWith('!') ? !test(word.slice(1), around) : test(word, around)
  }
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** `<IfVersion >= 2.4>`, `<IfVersion 2.4.71>`, `<IfVersion ~ ^2\.4>`, `<IfVersion = /^2\.4/>`. */
function version(argument: string): ReturnType<Condition> {
  const words = wordsFrom(argument, 0).map(({ text }) => text)
  const [first = '', second] = words
  const bare = second === undefined
  const negated = !bare && first.startsWith('!')
  const operator = bare ? '=' : first.slice(negated ? 1 : 0)
  const operand = second ?? first
  const slashed = /^\/(.*)\/$/s.exec(operand)?.[1]
  if (operator === '~' || (slashed !== undefined && /^==?$/.test(operator))) {
    const regex = compileRegex(slashed ?? operand)
    return typeof regex === 'string'
      ? { problem: `Regex could not be compiled: ${regex}` }
      : regex.test(apacheVersion) !== negated
  }
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined
  if (compare === undefined) return { problem: `unrecognized operator '${operator}'` }
  if (!/^\d+(\.\d+){0,2}$/.test(operand)) return { problem: `Version "${operand}" is not a number such as 2.4.71` }
  return compare(versionOrder(apacheVersion, operand)) !== negated
}

/** Parts that are not given count as 0. */
function versionOrder(left: string, right: string): number {
  const [lefts, rights] = [left.split('.').map(Number), right.split('.').map(Number)]
  for (const index of [0, 1, 2]) {
    const difference = (lefts[index] ?? 0) - (rights[index] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}
