import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stageLogin } from '../../src/doctor/checks/login-stage.ts'
import type { SessionKeeper, VisitorSession } from '../../src/session/contract.ts'
import { site } from '../session/site.ts'
import { detailsOf, grave, stageSite } from './stage.ts'

const passphrase = 'SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs'
const actors = { cookie: 'sessionid', user: 'sekisho-doctor-test' }

const places: Readonly<Record<string, string>> = {
  cookie: 'SessionCookieName sessionid path=/; HttpOnly\nSessionTimeout 1800',
  file: 'SessionStore file\nSessionTimeout 1800',
  memory: 'SessionStore memory\nSessionTimeout 1800',
}

/** A keeper in which something is not as it should be. */
function altered(keeper: SessionKeeper, change: (session: VisitorSession) => Partial<VisitorSession>): SessionKeeper {
  const real = new WeakMap<VisitorSession, VisitorSession>()
  return {
    cacheControl: keeper.cacheControl,
    forwardedCookie: (cookie) => keeper.forwardedCookie(cookie),
    commit: (session, answer) => keeper.commit(real.get(session) ?? session, answer),
    async open(request) {
      const session = await keeper.open(request)
      const changes = change(session)
      const shown = new Proxy(session, {
        get(target, name) {
          const member: unknown = name in changes ? Reflect.get(changes, name) : Reflect.get(target, name, target)
          return typeof member === 'function' ? (member as () => unknown).bind(target) : member
        },
      })
      real.set(shown, session)
      return shown
    },
  }
}

describe('session fixation (7-4)', () => {
  for (const [store, lines] of Object.entries(places))
    it(`is tried with a login in every store: ${store}`, async (t) => {
      const stage = await stageSite(t, `Session On\n${lines}\n${passphrase}\n`)
      const examination = await stage.doctor()
      assert.deepEqual(grave(examination), [])
      assert.match(
        detailsOf(examination, 'renewal'),
        /the old cookie is not logged in, and no id from outside is taken over/,
      )
    })

  it('is seen where a login keeps the id', async (t) => {
    const { keeper } = await site(t, 'Session On\nSessionStore memory')
    const broken = altered(keeper(), (session) => ({ login: (user) => session.set('user', user) }))
    const { faults } = await stageLogin(broken, actors)
    assert.deepEqual(
      faults.map(({ what }) => what),
      ['A login does not give the session a new id', 'session not found: a login is forgotten with the next request'],
    )
  })

  it('is seen where the old id is logged in as well', async (t) => {
    const { keeper } = await site(t, 'Session On\nSessionStore memory')
    const broken = altered(keeper(), (session) => ({ user: session.user ?? actors.user }))
    const { faults } = await stageLogin(broken, actors)
    assert.ok(
      faults.some(({ kind, what }) => kind === 'fixation' && what.startsWith('The session id from before a login')),
    )
  })

  it('is seen where an id from outside is taken over', async (t) => {
    const { keeper } = await site(t, 'Session On\nSessionStore memory')
    const broken = altered(keeper(), (session) => ({
      beginning: session.beginning === 'not-found' ? 'found' : session.beginning,
    }))
    const { faults } = await stageLogin(broken, actors)
    assert.ok(faults.some(({ what }) => what === 'A session id that somebody has made up is taken over'))
  })

  it('is not told where sessions get lost instead', async (t) => {
    const { keeper } = await site(t, 'Session On\nSessionStore memory')
    const broken = altered(keeper(), () => ({ get: () => undefined }))
    const { faults } = await stageLogin(broken, actors)
    assert.deepEqual(
      faults.map(({ kind }) => kind),
      ['session-lost'],
    )
  })
})
