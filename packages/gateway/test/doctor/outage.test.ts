import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { startMariadb, startPostgres, startRedis, type Service } from '../../../../scripts/services.ts'
import { documentStatements } from '../session/databases.ts'
import { silentServer } from './silent-server.ts'
import { grave, stageSite } from './stage.ts'

const passphrase = 'SessionCryptoPassphrase 0q7Xv2Lk9Rt4Wz8Bn3Ym6Hc1Fd5Gs'
const lines = (place: string) =>
  `Session On\nSessionTimeout 1800\nSessionCookieName sessionid path=/; HttpOnly\n${passphrase}\n${place}\n`

/** Kills a server, asks, and starts it again where the line of the doctor asks `systemctl` to. */
async function isStartedAgain(t: TestContext, server: Service, place: string, unit: RegExp): Promise<void> {
  t.after(() => server.stop())
  const stage = await stageSite(t, lines(place), { systemctl: 'echo "$@" > "$(dirname "$0")/asked"' })
  assert.deepEqual(
    grave(await stage.doctor()).filter((text) => !text.startsWith('table')),
    [],
  )
  await server.kill()
  const { findings, checks } = await stage.doctor()
  assert.equal(findings.length, 1, JSON.stringify(findings))
  assert.equal(findings[0]?.code, 'store-away')
  assert.match(findings[0]?.message ?? '', /does not answer: connect ECONNREFUSED/)
  assert.match(findings[0]?.command ?? '', unit)
  assert.equal(checks.find(({ check }) => check === 'renewal')?.state, 'silent')
  stage.run(findings[0]?.command)
  await server.restart()
  assert.deepEqual(
    grave(await stage.doctor()).filter((text) => !text.startsWith('table')),
    [],
  )
}

describe('a server that is down (7-6)', () => {
  it('is PostgreSQL, and nothing that follows from it is told', async (t) => {
    const server = await startPostgres()
    const params = `host=127.0.0.1 port=${server.port} user=postgres dbname=postgres`
    await isStartedAgain(
      t,
      server,
      `SessionStore dbd\nDBDriver pgsql\nDBDParams "${params}"\nSessionDBDCookieName sessionid path=/; HttpOnly`,
      /^systemctl start postgresql$/,
    )
  })

  it('is MariaDB', async (t) => {
    const server = await startMariadb()
    const params = `host=127.0.0.1,port=${server.port},user=root,dbname=mysql`
    await isStartedAgain(
      t,
      server,
      `SessionStore dbd\nDBDriver mysql\nDBDParams ${params}\nSessionDBDCookieName sessionid path=/; HttpOnly`,
      /^systemctl start (?:mariadb|mysql)$/,
    )
  })

  it('is Redis', async (t) => {
    const server = await startRedis({ appendonly: true })
    await isStartedAgain(
      t,
      server,
      `SessionStore redis\nSessionRedisURL ${server.url}`,
      /^systemctl start redis(?:-server)?$/,
    )
  })
})

describe('a server that says nothing (7-6)', () => {
  it('is given up after a while, and told as what it is', async (t) => {
    const port = await silentServer(t)
    const params = `host=127.0.0.1 port=${port} user=shop dbname=shop connect_timeout=1`
    const stage = await stageSite(
      t,
      lines(`SessionStore dbd\nDBDriver pgsql\nDBDParams "${params}"\n${documentStatements}`),
    )
    const { findings } = await stage.doctor()
    assert.equal(findings.length, 1)
    assert.match(findings[0]?.message ?? '', /^The database at 127\.0\.0\.1:\d+ does not answer in time$/)
    assert.match(findings[0]?.fix ?? '', /firewall/)
  })

  it('keeps nobody waiting for longer than his patience', async (t) => {
    const port = await silentServer(t)
    const stage = await stageSite(t, lines(`SessionStore redis\nSessionRedisURL redis://127.0.0.1:${port}`))
    const started = performance.now()
    const { findings } = await stage.doctor({ patienceMs: 500 })
    assert.ok(performance.now() - started < 5000)
    assert.match(findings[0]?.message ?? '', /^Redis could not be looked at: no answer within 0\.5 s$/)
  })

  it('is left at once by who is interrupted', async (t) => {
    const port = await silentServer(t)
    const stage = await stageSite(t, lines(`SessionStore redis\nSessionRedisURL redis://127.0.0.1:${port}`))
    await assert.rejects(stage.doctor({ signal: AbortSignal.timeout(300) }), { name: 'TimeoutError' })
  })
})
