import { Session } from '../../config/directives/session.ts'
import { SessionCryptoPassphrase } from '../../config/directives/session-crypto.ts'
import type { Diagnostic } from '../../config/diagnostics.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot, edit } from '../mend/shell.ts'
import type { SitePatient } from '../site/patient.ts'
import type { Section } from '../site/sections.ts'
import { strengthOf } from './passphrase-strength.ts'

/** Is there something to encrypt with, and can nobody guess it? */
export const passphraseCheck: Check<SitePatient> = {
  name: 'passphrase',
  asks: 'Is there a passphrase where sessions stand in the cookie, does the program or the file that has it give it, and can nobody guess it?',
  item: '7-5, 7-7',
  needs: ['configuration'],
  looks: (patient) => patient.policies.map((about) => ({ about, run: () => look(about, patient) })),
}

async function look(section: Section, patient: SitePatient): Promise<Sight> {
  const { texts, problems } = await patient.passphrases(section)
  if (problems.length > 0) return { findings: problems.map(problemAdvice) }
  if (texts.length === 0) return withoutAny(section)
  const weak = texts.flatMap((text, at) => weakness(text, at, section) ?? [])
  const strong = texts.length === 1 ? 'a passphrase that' : `${texts.length} passphrases that`
  return { findings: weak, details: weak.length > 0 ? [] : [`${section.name}: ${strong} nobody guesses`] }
}

/** A program that prints nothing, a file that cannot be read: the words are those of the start. */
function problemAdvice({ fix, ...problem }: Diagnostic): Advice {
  const isCommand = fix !== undefined && /^(?:chown|chmod) /.test(fix)
  const code = codeOf(problem)
  if (fix === undefined) return { ...problem, code }
  return isCommand ? { ...problem, code, command: asRoot(fix) } : { ...problem, code, fix }
}

function codeOf({ message, code }: Pick<Diagnostic, 'message' | 'code'>): string {
  if (message.startsWith('Permission denied')) return 'permission-denied'
  return message.startsWith('SessionCryptoPassphrase not set') ? 'passphrase-missing' : code
}

function withoutAny({ settings, policy, name }: Section): Sight {
  if (policy.store !== 'cookie')
    return { details: [`${name}: not encrypted; what is stored can be read by whoever reads the store`] }
  const place = settings.placeOf(Session)
  const message =
    'SessionCryptoPassphrase not set: the session stands in the cookie for everybody to read and to change'
  const finding = advice('error', 'passphrase-missing', message, {
    ...place,
    expected: 'SessionCryptoPassphrase with at least 16 characters, better 32 random octets',
    ...(place !== undefined && { command: edit.passphraseBehind(place) }),
  })
  return { findings: [finding] }
}

function weakness(text: string, at: number, { settings, policy }: Section): Advice | undefined {
  const { verdict, reason } = strengthOf(text)
  if (verdict === 'strong') return undefined
  const place = settings.placeOf(SessionCryptoPassphrase)
  const [first, ...others] = policy.passphrases
  const isLine = first?.kind === 'text' && others.length === 0
  const which = at === 0 ? 'The passphrase' : `Passphrase number ${at + 1}`
  return advice('warning', 'passphrase-weak', `${which} is weak: ${reason}`, {
    ...place,
    expected: '32 random octets',
    fix: 'put a new one in its place; visitors who are logged in now have to log in again',
    ...(isLine && place !== undefined && { command: edit.passphraseInstead(place) }),
  })
}
