import type { Authorization, Requirement } from '../../config/authorization.ts'

/** What a requirement says about a request. */
export type Verdict =
  | 'granted'
  | 'denied'
  /** Denied, but a login may change that. */
  | 'needs-user'
  /** It says whom to refuse, and this is none of them: it lets nobody in either. */
  | 'neutral'

/** Says what one requirement, taken for itself, makes of a request. */
export type Judge = (requirement: Requirement) => Promise<Verdict> | Verdict

/** Whether requirements that stand side by side let a request in: one of them must. */
export function judgeAny(rules: readonly Authorization[], judge: Judge): Promise<Verdict> {
  return anyOf(rules, judge)
}

function judgeRule(rule: Authorization, judge: Judge): Promise<Verdict> | Verdict {
  switch (rule.kind) {
    case 'all':
      return allOf(rule.children, judge)
    case 'any':
      return anyOf(rule.children, judge)
    case 'none':
      return anyOf(rule.children, judge).then(negated)
    case 'require':
      return rule.not ? Promise.resolve(judge(rule.requirement)).then(negated) : judge(rule.requirement)
    default:
      return rule satisfies never
  }
}

/** The first refusal decides; a login is asked for when it may help and nothing refuses. Neutral ones do not count. */
async function allOf(rules: readonly Authorization[], judge: Judge): Promise<Verdict> {
  let result: Verdict = 'neutral'
  for (const rule of rules) {
    const verdict = await judgeRule(rule, judge)
    if (verdict === 'denied') return verdict
    if (verdict === 'needs-user' || (verdict === 'granted' && result === 'neutral')) result = verdict
  }
  return result
}

/** The first grant decides; a login is asked for when it may help one of them. Neutral ones do not count. */
async function anyOf(rules: readonly Authorization[], judge: Judge): Promise<Verdict> {
  let result: Verdict = 'neutral'
  for (const rule of rules) {
    const verdict = await judgeRule(rule, judge)
    if (verdict === 'granted') return verdict
    if (verdict === 'needs-user' || (verdict === 'denied' && result === 'neutral')) result = verdict
  }
  return result
}

/** Not to be refused is no reason to be let in. */
function negated(verdict: Verdict): Verdict {
  return verdict === 'granted' ? 'denied' : 'neutral'
}
