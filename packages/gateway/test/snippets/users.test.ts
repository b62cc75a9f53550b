import './own-machine.ts'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { apache, asRoot, asUser, hasOthers, makePasswordFile, passwordFile } from './places.ts'
import { Shop, users } from './shop.ts'

/** The field of who has given name and password in the dialog of the browser. */
const as = (user: string, password = `${user}${user}`) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

describe('the session of who has logged in (listing 16)', () => {
  it('is given to nobody else: /secure asks for name and password, and is alone in that', async (t) => {
    makePasswordFile(t, users)
    await using shop = await Shop.listing(16)
    const { visitor } = shop.guest()
    const asked = await visitor.get('/secure')
    assert.deepEqual([asked.status, asked.headers['www-authenticate']], [401, 'Basic realm="Secure Area"'])
    const wrong = [as('hana', 'guessed'), as('nobody'), as('hana', ''), { Authorization: 'Basic nonsense' }]
    for (const headers of wrong) assert.equal((await visitor.get('/secure/page', headers)).status, 401)
    assert.deepEqual([shop.app.requests.length, visitor.cookies.size], [0, 0])
    for (const path of ['/', '/secured', '/Secure']) assert.equal((await visitor.get(path, as('hana'))).status, 200)
    assert.deepEqual([shop.app.requests.length, visitor.cookies.size], [3, 0])
  })

  it('is named secureSession, begins with the login, and belongs to /secure and below', async (t) => {
    makePasswordFile(t, users)
    await using shop = await Shop.listing(16)
    const guest = shop.guest()
    const { visitor } = guest
    const first = await visitor.get('/secure', as('hana'))
    assert.equal(first.status, 200)
    assert.match(first.setCookies.join('\n'), /^secureSession=[^;]+;path=\/secure$/)
    assert.equal(shop.app.last.headers['x-remote-user'], 'hana')
    for (const path of ['/secure/a', '/secure/b?c=d', '/secure'])
      assert.deepEqual((await visitor.get(path, as('hana'))).setCookies, [])
    await visitor.get('/secure/buy?X-Session=cart%3Dtea', as('hana'))
    assert.equal((await visitor.get('/secure/checkout', as('hana'))).text, 'cart=tea')
    await visitor.get('/')
    assert.equal(shop.app.last.headers['cookie'], undefined)
  })

  it('has a new id when somebody else logs in, and nothing of what was there before', async (t) => {
    makePasswordFile(t, users)
    await using shop = await Shop.listing(16, { before: 'SessionHeader X-Session' })
    const guest = shop.guest()
    const ids: unknown[] = []
    const visit = async (user: string) => {
      await guest.visitor.get('/secure?X-Session=cart%3Dtea', as(user))
      ids.push(shop.app.last.headers['x-session'])
    }
    for (const user of ['hana', 'hana', 'taro', 'hana']) await visit(user)
    assert.deepEqual([ids[0] === ids[1], new Set(ids).size], [true, 3])
    await using told = await Shop.listing(16)
    const planted = { ...as('hana'), Cookie: 'secureSession=planted=1&sekisho-id=AAAAAAAAAAAAAAAAAAAAAA' }
    const answer = await told.guest().visitor.get('/secure', planted)
    assert.equal(answer.text, '')
    assert.doesNotMatch(answer.setCookies.join('\n'), /planted|AAAAAAAAAAAAAAAAAAAAAA/)
  })

  it('never holds the password', async (t) => {
    makePasswordFile(t, users)
    await using shop = await Shop.listing(16)
    const guest = shop.guest()
    await guest.visitor.get('/secure', as('hana'))
    const { cookie } = guest
    const parts = [cookie, ...cookie.split(/[=&.]/).map((part) => Buffer.from(part, 'base64url').toString('latin1'))]
    assert.equal(parts.join('\n').includes('hanahana'), false)
    assert.match(parts.join('\n'), /"hana"/, 'what is encoded is looked into')
  })
})

describe('a file of users that cannot be read (listing 16)', () => {
  it('lets nobody in, and what is open stays open', async () => {
    await using shop = await Shop.listing(16)
    const { visitor } = shop.guest()
    const refused = await visitor.get('/secure', as('hana'))
    assert.deepEqual([refused.status, refused.setCookies, shop.app.requests.length], [503, [], 0])
    assert.equal((await visitor.get('/')).status, 200)
    await shop.site.says('error.log', `Could not open password file: ${passwordFile} (ENOENT)`)
  })

  const needsOthers = { skip: hasOthers ? false : 'only root can act as somebody else' }
  it('is told of as Permission denied, with the commands that mend it', needsOthers, async (t) => {
    makePasswordFile(t, users, 0o600)
    await asUser(apache, async () => {
      await using shop = await Shop.listing(16)
      assert.equal((await shop.guest().visitor.get('/secure', as('hana'))).status, 503)
      const log = await shop.site.says('error.log', `Permission denied: ${passwordFile} (`)
      const [, mend = ''] = /let the gateway read it: (.+)\)/.exec(log) ?? []
      assert.equal(mend, `sudo chown root:${apache.gid} ${passwordFile} && sudo chmod 640 ${passwordFile}`)
      asRoot(() => execFileSync('sh', ['-c', `sudo() { "$@"; }\n${mend}`]))
    })
    await asUser(apache, async () => {
      await using shop = await Shop.listing(16)
      assert.equal((await shop.guest().visitor.get('/secure', as('hana'))).status, 200)
    })
  })
})
