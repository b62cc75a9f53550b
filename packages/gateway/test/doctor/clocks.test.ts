import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mariadbDatabase, postgresDatabase } from '../session/databases.ts'
import { redisUrl } from '../session/services.ts'
import { detailsOf, findingOf, stageSite } from './stage.ts'

const ahead = () => Date.now() + 3_600_000
const cookie = 'SessionCookieName sessionid path=/; HttpOnly\nSessionDBDCookieName sessionid path=/; HttpOnly'

describe('the clock of a store', () => {
  it('is compared with that of this machine in PostgreSQL, MariaDB and Redis', async (t) => {
    const places = [
      `SessionStore dbd\n${(await postgresDatabase(t)).directives}`,
      `SessionStore dbd\n${(await mariadbDatabase(t)).directives}`,
      `SessionStore redis\nSessionRedisURL ${redisUrl().href}`,
    ]
    for (const place of places) {
      const stage = await stageSite(t, `Session On\n${place}\n${cookie}\n`)
      assert.match(detailsOf(await stage.doctor(), 'clock'), /: its clock differs by -?\d{1,3} ms$/, place)
      const found = findingOf(await stage.doctor({ now: ahead }), 'clock')
      assert.deepEqual([found.code, found.severity, found.command], ['clock-skew', 'error', 'timedatectl set-ntp true'])
      assert.match(found.message, /^The clock of \w+ is 3(?:599|600)\.\d s behind that of this machine/)
    }
  })
})
