import { sealOf, type SessionSeal } from '../../session/session-seal.ts'
import { SessionCryptoPassphrase } from '../../config/directives/session-crypto.ts'
import type { Check, Sight } from '../check.ts'
import { advice } from '../finding.ts'
import type { SitePatient } from '../site/patient.ts'
import type { Section } from '../site/sections.ts'

/** Does what is encrypted come back, and nothing else? */
export const sealCheck: Check<SitePatient> = {
  name: 'seal',
  asks: 'Does a session that is encrypted come back the same, and is it refused when a single character of it was changed?',
  item: '7-5',
  needs: ['passphrase'],
  looks: (patient) =>
    patient.policies
      .filter(({ policy }) => policy.encrypted)
      .map((about) => ({ about, run: () => look(about, patient) })),
}

const sample = 'sekisho-doctor=round+trip&umlaut=%C3%A4'

async function look(section: Section, patient: SitePatient): Promise<Sight> {
  const { settings, policy, name } = section
  const { texts: passphrases } = await patient.passphrases(section)
  const seal = await sealOf({ settings, policy, passphrases, state: patient.trialState(patient.stateDirectory) })
  if (seal === undefined) return {}
  const started = performance.now()
  const sealed = await seal.seal(sample)
  const opened = await seal.open(sealed)
  const ms = Math.ceil(performance.now() - started)
  const faults = [
    opened?.encoded === sample ? undefined : 'what was encrypted does not come back',
    sealed.includes('round') ? 'what was encrypted can be read' : undefined,
    (await takesForgery(seal, sealed)) ? 'a forgery is taken for genuine' : undefined,
  ]
  const place = settings.placeOf(SessionCryptoPassphrase) ?? {}
  const findings = faults.flatMap((fault) =>
    fault === undefined ? [] : [advice('error', 'seal-broken', `Encryption does not work: ${fault}`, place)],
  )
  return { findings, details: [`${name}: ${policy.cipher} there and back in ${ms} ms; no forgery is taken`] }
}

/** At the beginning, where the key is chosen, in the middle and at the end. */
async function takesForgery(seal: SessionSeal, sealed: string): Promise<boolean> {
  const places = [0, Math.floor(sealed.length / 2), sealed.length - 4]
  for (const at of places) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    const forged = `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`
    if ((await seal.open(forged)) !== undefined) return true
  }
  return false
}
