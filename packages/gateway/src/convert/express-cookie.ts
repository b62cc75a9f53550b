import type { NoteBook } from './note-book.ts'
import { type Member, plainValue, quoted } from './source-text.ts'

/** What becomes of an option of express-session's cookie: a line here, something to know, or nothing. */
interface Outcome {
  readonly line?: string
  readonly note?: string
}

type Rule = (text: string, value: string | number | boolean | undefined) => Outcome

/** Said by `lifetime`, or the same here. */
const nothing: Rule = () => ({})

const domain: Rule = (text, value) => ({ line: typeof value === 'string' ? quoted(value) : text })

const rules: Readonly<Record<string, Rule>> = {
  domain,
  path: (text, value) => (value === '/' ? {} : domain(text, value)),
  sameSite(_, value) {
    if (typeof value === 'string') return { line: quoted(value.toLowerCase()) }
    if (value !== true) return { note: 'the default is Lax' }
    return { note: "is Strict: write sameSite: 'strict' if that is meant; the default is Lax" }
  },
  httpOnly: (_, value) =>
    value === false ? { note: 'always on: a script that reads the cookie of a session can take the session' } : {},
  secure: (_, value) => (value === true ? {} : { note: 'always on, except with { development: true }' }),
  maxAge: nothing,
  expires: nothing,
}

const unknown: Rule = () => ({ note: 'has no counterpart; left out' })

/** The lines of the option `cookie`. @param name The option `name`, for a cookie that cannot have the name of ours. */
export function cookieLines(members: readonly Member[], name: Member | undefined, notes: NoteBook): string[] {
  const lines: string[] = []
  let isWider = false
  for (const member of members) {
    const { key, text } = member
    const rule = Object.hasOwn(rules, key) ? rules[key] : unknown
    const { line, note } = rule?.(text, plainValue(text)) ?? {}
    if (note !== undefined) notes.add(`cookie.${key}`, note, member)
    if (line === undefined) continue
    lines.push(`    ${key}: ${line},\n`)
    isWider ||= key !== 'sameSite'
  }
  return isWider ? [widerName(name), ...lines] : lines
}

/** A cookie for more or less than one host cannot have the name that promises just that. */
function widerName(member: Member | undefined): string {
  const value = member === undefined ? undefined : plainValue(member.text)
  return `    name: ${quoted(typeof value === 'string' ? value : '__Secure-sid')},\n`
}
