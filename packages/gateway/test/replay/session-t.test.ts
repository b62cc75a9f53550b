import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Server, startApache } from '../../../../scripts/services.ts'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite, type TestSite } from '../gateway/harness.ts'
import { Visitor } from '../gateway/visitor.ts'
import {
  type Assertion,
  assertionsOf,
  sessionApp,
  sessionCases,
  type SessionClients,
  sessionSite,
} from './session-t.ts'

const isBroken = ({ found, expected }: Assertion): boolean => found !== expected

describe('t/modules/session.t', () => {
  let app: RecordingApp
  let site: TestSite
  let clients: SessionClients
  const made: Assertion[] = []

  before(async () => {
    app = await RecordingApp.start(sessionApp)
    site = await serveSite(`SessionCompat apache\n${sessionSite(app.url)}`)
    clients = { site: site.visitor({ cookies: false }), twin: site.visitor({ cookies: false, host: 'twin' }) }
  })
  after(async () => {
    await site[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
  })

  for (const one of sessionCases)
    it(one.name, async () => {
      const assertions = await assertionsOf(one, clients)
      made.push(...assertions)
      assert.deepEqual(assertions.filter(isBroken), [])
    })

  it('holds in all of its 140 assertions', () => {
    assert.equal(new Set(made.map(({ name }) => name)).size, 140)
    assert.deepEqual(made.filter(isBroken), [])
  })
})

describe('t/modules/session.t, put in the same way to the real server', () => {
  let app: RecordingApp
  let apache: Server

  before(async () => {
    app = await RecordingApp.start(sessionApp)
    const modules = ['proxy', 'proxy_http', 'headers', 'session', 'session_cookie', 'session_crypto']
    apache = await startApache({ modules, conf: sessionSite(app.url) })
  })
  after(async () => {
    await apache.stop()
    await app[Symbol.asyncDispose]()
  })

  it('fails where SessionHeader has no words for what the functions of mod_session can say, and nowhere else', async () => {
    using site = new Visitor(apache.url, { cookies: false })
    using twin = new Visitor(apache.url, { cookies: false, host: 'twin' })
    const made: Assertion[] = []
    for (const one of sessionCases) made.push(...(await assertionsOf(one, { site, twin })))
    assert.equal(made.length, 140)
    assert.deepEqual(made.filter(isBroken), [
      { name: 'session header (Edit session)', found: 'test=value', expected: 'test=' },
    ])
  })
})
