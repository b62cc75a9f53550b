import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettingsView } from '../../config/directive.ts'
import { SessionDBDPerUser } from '../../config/directives/session-dbd.ts'
import { Session, SessionStoreFileName } from '../../config/directives/session.ts'
import { inFrontOf, Settings } from '../../config/settings.ts'
import { isError } from '../../server/config-failure.ts'
import { KeeperFactory } from '../../session/keeper-factory.ts'
import { parseSetCookie } from '../browser/set-cookie.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { isWritable } from '../site/ground-node.ts'
import type { SitePatient } from '../site/patient.ts'
import type { Section } from '../site/sections.ts'
import { storeKeyOf } from '../site/stores.ts'
import { forgetUser, trialUser } from '../site/trial-user.ts'
import { cookiePlace, withoutAttribute } from './cookie-advice.ts'
import { stageLogin } from './login-stage.ts'

/** Does a login protect from an id that somebody has planted? */
export const renewalCheck: Check<SitePatient> = {
  name: 'renewal',
  asks: 'Is a session kept from one request to the next, does a login give it a new id, is the old one dead, and is an id from outside never taken over? Staged with a scratch session, which is removed.',
  item: '7-4',
  needs: ['configuration', 'passphrase', 'directory', 'space', 'database', 'table', 'statements', 'redis'],
  looks: (patient) =>
    patient.policies
      .filter(({ settings }) => !settings.get(SessionDBDPerUser))
      .map((section) => ({
        about: { key: section.key, name: section.name, standsOn: [storeKeyOf(section) ?? section.key] },
        hasTrial: true,
        run: () => look(section, patient),
      })),
}

async function look(section: Section, patient: SitePatient): Promise<Sight> {
  using scratch = new Scratch(section, patient)
  const user = trialUser()
  const factory = new KeeperFactory({ state: patient.trialState(scratch.directory) })
  const made = await factory.make(scratch.settings, section.policy)
  try {
    const problem = made.problems.find(isError)
    if (problem !== undefined) return { findings: [problem] }
    const staged = await stageLogin(made.keeper, { cookie: section.policy.cookie.name, user })
    const place = section.settings.placeOf(Session) ?? {}
    const findings = staged.faults.map(({ kind, what }) => advice('error', kind, what, place))
    const planted = plantable(section)
    return {
      findings: planted === undefined ? findings : [...findings, planted],
      details: [`${section.name}: ${staged.seen}`],
    }
  } finally {
    if (made.store !== undefined) await forgetUser(made.store, user)
    await made.close()
    factory.close()
  }
}

/** A cookie for a whole domain can be set by every host of it, so that an id can be planted from there. */
function plantable({ settings, policy }: Section): Advice | undefined {
  const domain = parseSetCookie(`n=v; ${policy.cookie.attributes ?? ''}`)?.attributes.get('domain')
  if (domain === undefined || domain === '') return undefined
  const place = cookiePlace({ settings })
  const message = `Every host of ${domain} can plant the cookie ${policy.cookie.name}, and gets it too`
  return advice('warning', 'fixation', message, {
    ...place,
    expected: 'a cookie without Domain, best with a name that begins with __Host-',
    found: `Domain=${domain}`,
    ...withoutAttribute(place, 'Domain'),
  })
}

/** A place of the section's own kind for sessions in files: in the same directory, and gone afterwards. */
class Scratch implements Disposable {
  /** Where the gateway of the trial keeps its own files. */
  readonly directory: string
  readonly settings: SettingsView

  constructor({ settings, policy }: Section, { stateDirectory, directories }: SitePatient) {
    const key = storeKeyOf({ settings, policy })
    const wanted = directories.find((store) => store.key === key)?.directory ?? stateDirectory
    this.directory = mkdtempSync(join(usable(wanted) ?? usable(stateDirectory) ?? tmpdir(), '.sekisho-doctor-'))
    const place = policy.store === 'file' ? settings.placeOf(SessionStoreFileName) : undefined
    const value = join(this.directory, '%{SESSIONID}.session')
    this.settings =
      place === undefined ? settings : inFrontOf(settings, new Settings([[SessionStoreFileName, { value, place }]]))
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

function usable(directory: string): string | undefined {
  const status = statSync(directory, { throwIfNoEntry: false })
  return status?.isDirectory() === true && isWritable(directory) ? directory : undefined
}
