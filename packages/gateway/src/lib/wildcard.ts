/** True when a pattern has wildcards: `*`, `?` or `[`. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[]/.test(pattern)
}

/** One step of a compiled pattern: a run of anything, or a test of one character. */
type Step = 'any' | ((character: string) => boolean)

/**
 * Compiles a shell pattern as fnmatch(3) reads it: `*`, `?`, `[a-z]`, `[!a-z]`, and a backslash before a character.
 * A match takes at most as many steps as the product of both lengths, however many stars there are.
 *
 * @param pathname True: no wildcard matches a slash.
 */
export function wildcard(pattern: string, pathname: boolean): (text: string) => boolean {
  const steps = compile(pattern, pathname)
  return (text) => matches(steps, text, pathname)
}

function compile(pattern: string, pathname: boolean): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]
    const close = character === '[' ? closingBracket(pattern, at) : -1
    if (character === '*') {
      if (steps.at(-1) !== 'any') steps.push('any')
    } else if (character === '?') steps.push((other) => !(pathname && other === '/'))
    else if (close !== -1) {
      steps.push(characterClass(pattern.slice(at + 1, close), pathname))
      at = close
    } else {
      if (character === '\\' && at + 1 < pattern.length) at += 1
      const literal = pattern[at]
      steps.push((other) => other === literal)
    }
  }
  return steps
}

/** A `]` directly behind the bracket or its negation is a member, not the end. */
function closingBracket(pattern: string, open: number): number {
  const negated = pattern[open + 1] === '!' || pattern[open + 1] === '^'
  return pattern.indexOf(']', open + (negated ? 3 : 2))
}

function characterClass(text: string, pathname: boolean): (character: string) => boolean {
  const negated = text.startsWith('!') || text.startsWith('^')
  const body = negated ? text.slice(1) : text
  const ranges: [string, string][] = []
  for (let at = 0; at < body.length; at += 1) {
    const first = body[at] ?? ''
    const ranged = body[at + 1] === '-' && at + 2 < body.length
    ranges.push([first, ranged ? (body[at + 2] ?? '') : first])
    if (ranged) at += 2
  }
  return (character) =>
    !(pathname && character === '/') && ranges.some(([low, high]) => low <= character && character <= high) !== negated
}

/** The usual greedy walk: only the last star is ever tried again. */
function matches(steps: readonly Step[], text: string, pathname: boolean): boolean {
  let [step, at, star, resume] = [0, 0, -1, 0]
  while (at < text.length) {
    const current = steps[step]
    if (current === 'any') {
      ;[star, resume] = [step, at]
      step += 1
    } else if (current !== undefined && current(text[at] ?? '')) {
      step += 1
      at += 1
    } else if (star !== -1 && !(pathname && text[resume] === '/')) {
      resume += 1
      at = resume
      step = star + 1
    } else return false
  }
  while (steps[step] === 'any') step += 1
  return step === steps.length
}
