/** All tests that use the directory of the article are in this file: tests of one file run one after the other. */
import { hasOwnMachine } from './own-machine.ts'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { comesTrue, takesMinutes } from './patience.ts'
import { apache, asRoot, asUser, hasOthers, makeSessionDirectory, sessionDirectory } from './places.ts'
import { type Guest, isUnavailable, Shop } from './shop.ts'
import { answerToTampering, wholeAnswer } from './tampering.ts'

const needsOthers = { skip: hasOthers ? false : 'only root can act as somebody else' }
const needsOwnMachine = { skip: hasOwnMachine ? false : 'a full disk needs a mount namespace of its own' }

describe('sessions in files (listings 11 and 14)', () => {
  it('are each a file of that name in that directory, for nobody else to read', async (t) => {
    for (const number of [11, 14]) {
      makeSessionDirectory(t)
      await using shop = await Shop.listing(number, { before: 'SessionHeader X-Session' })
      const ids = []
      for (const guest of [await customer(shop), await customer(shop)]) {
        await guest.visitor.get('/page')
        ids.push(String(shop.app.last.headers['x-session']))
      }
      assert.equal(new Set(ids).size, 2)
      assert.deepEqual(sessionFiles(), ids.map((id) => `${sessionDirectory}/${id}.session`).toSorted())
      const { uid, mode } = statSync(sessionFiles()[0] ?? '')
      assert.deepEqual([uid, mode & 0o7777], [process.geteuid?.(), 0o600])
      rmSync(sessionDirectory, { recursive: true })
    }
  })

  it('have a cookie sessionid that scripts and other sites cannot use, and no file while nothing is kept', async (t) => {
    makeSessionDirectory(t)
    await using shop = await Shop.listing(11)
    const guest = shop.guest()
    const first = await guest.visitor.get('/')
    assert.match(first.setCookies.join('\n'), /^sessionid=[\w.-]{100,};path=\/; HttpOnly; SameSite=Lax$/)
    assert.deepEqual(sessionFiles(), [])
    const written = await guest.write('cart=tea')
    assert.match(written.setCookies.join('\n'), /^sessionid=[\w-]{64};path=\/; HttpOnly; SameSite=Lax$/)
    assert.equal(sessionFiles().length, 1)
    assert.deepEqual((await guest.visitor.get('/page')).setCookies, [])
  })

  it('survive pages, tabs that write at the same time, and a restart of the gateway', async (t) => {
    makeSessionDirectory(t)
    const [guest, kept] = await (async () => {
      await using shop = await Shop.listing(14)
      const shopper = await customer(shop)
      await Promise.all([1, 2, 3, 4, 5, 6].map((tab) => shopper.write(`tab${tab}=open`)))
      return [shopper, await shopper.session()] as const
    })()
    const expected = ['cart=green+tea', ...[1, 2, 3, 4, 5, 6].map((tab) => `tab${tab}=open`)]
    assert.deepEqual(kept.split('&').toSorted(), expected)
    assert.equal(sessionFiles().length, 1)
    await using again = await Shop.listing(14)
    const { text } = await again.guest().visitor.get('/', { Cookie: `sessionid=${guest.cookie}` })
    assert.equal(text, kept)
  })

  it('go with their file when their time is over', takesMinutes, async (t) => {
    makeSessionDirectory(t)
    await using shop = await Shop.listing(14, { after: 'SessionTimeout 1' })
    await customer(shop)
    assert.equal(sessionFiles().length, 1)
    assert.ok(await comesTrue(() => sessionFiles().length === 0))
  })

  it('are encrypted: neither what is kept nor the cookie is in the directory', async (t) => {
    makeSessionDirectory(t)
    await using shop = await Shop.listing(11)
    const guest = shop.guest()
    await guest.write('cart=tamaryokucha')
    const octets = readdirSync(sessionDirectory).map((name) => readFileSync(join(sessionDirectory, name)))
    const secret = Buffer.from(guest.cookie, 'base64url').subarray(16)
    assert.deepEqual(occurrences(octets, ['tamaryokucha', guest.cookie, secret]), [false, false, false])
    assert.deepEqual(occurrences(octets, ['"writeIds"']), [true], 'what is encoded is looked into')
  })

  it('cannot be reached by a cookie with one bit changed: all of those get the answer of a stranger', async (t) => {
    makeSessionDirectory(t)
    await using shop = await Shop.listing(11)
    const guest = await customer(shop)
    const stranger = { Cookie: `sessionid=${'A'.repeat(64)}` }
    for (const headers of [{}, { Accept: 'text/html' }]) {
      const expected = wholeAnswer(await shop.guest().visitor.get('/', { ...headers, ...stranger }))
      assert.equal(await answerToTampering(shop, guest, headers), expected)
    }
    assert.equal(await guest.session(), 'cart=green+tea')
  })

  it('are not believed when a bit of their file was changed', async (t) => {
    makeSessionDirectory(t)
    await using shop = await Shop.listing(14)
    const guest = await customer(shop)
    const [path = ''] = sessionFiles()
    const whole = readFileSync(path)
    const believed: number[] = []
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole)
      changed.writeUInt8(whole.readUInt8(at) ^ (1 << (at % 8)), at)
      writeFileSync(path, changed)
      const seen = await guest.session()
      if (seen !== '') believed.push(at)
      assert.ok(seen === '' || seen === 'cart=green+tea', seen)
    }
    // In front stands when the file may be swept, which is said inside again; the last character has bits to spare.
    const inside = believed.filter((at) => at >= 'sekisho1:001795324033227:'.length && at < whole.length - 1)
    assert.deepEqual(inside, [])
    writeFileSync(path, whole)
    assert.equal(await guest.session(), 'cart=green+tea')
  })
})

describe('the directory of the sessions (listings 21 and 30)', needsOthers, () => {
  it('may be root:apache with mode 770 when the gateway is in that group; the files are its own', async (t) => {
    makeSessionDirectory(t, { gid: apache.gid, mode: 0o770 })
    await asUser(apache, async () => {
      for (const number of [11, 14]) {
        await using shop = await Shop.listing(number)
        assert.doesNotMatch(shop.site.said, /Everybody|Permission/)
        const guest = shop.guest()
        await guest.write('cart=tea')
        assert.equal(await guest.session(), 'cart=tea')
        const { uid, gid, mode } = statSync(sessionFiles()[0] ?? '')
        assert.deepEqual([uid, gid, mode & 0o7777], [apache.uid, apache.gid, 0o600])
      }
    })
  })

  it('is warned about when everybody can look into it, with the command that ends that', async (t) => {
    makeSessionDirectory(t, { gid: apache.gid, mode: 0o775 })
    await asUser(apache, async () => {
      await using shop = await Shop.listing(14)
      assert.match(
        shop.site.said,
        /14\.conf:4:5: warning: Everybody on this machine can look into \/var\/lib\/apache2\/session/,
      )
      assert.match(shop.site.said, /found: mode 775\n\s+fix: chmod o= \/var\/lib\/apache2\/session$/m)
    })
  })

  it('keeps the gateway from starting when it is not there', (t) =>
    isRefused(t, () => {
      makeSessionDirectory(t)
      rmSync(sessionDirectory, { recursive: true })
    }))

  it('keeps the gateway from starting when it is for root alone', (t) =>
    isRefused(t, () => makeSessionDirectory(t, { mode: 0o700 })))

  it('keeps the gateway from starting when it is of a group that the gateway is not in', (t) =>
    isRefused(t, () => makeSessionDirectory(t, { gid: 33 })))

  it('keeps the gateway from starting when the group may not write', (t) =>
    isRefused(t, () => makeSessionDirectory(t, { gid: apache.gid, mode: 0o750 })))

  it('keeps the gateway from starting when it belongs to somebody else', (t) =>
    isRefused(t, () => {
      makeSessionDirectory(t)
      chownSync(sessionDirectory, 33, apache.gid)
    }))

  it('that is closed while the gateway runs logs nobody out: 503 until it is open again', async (t) => {
    makeSessionDirectory(t, { gid: apache.gid })
    const close = () => asRoot(() => chmodSync(sessionDirectory, 0o700))
    const open = () => asRoot(() => chmodSync(sessionDirectory, 0o770))
    await asUser(apache, async () => {
      await using shop = await Shop.listing(11)
      const guest = shop.guest()
      await guest.write('cart=tea')
      close()
      await isUnavailable(shop, guest)
      await shop.site.says('error.log', /Permission denied: \/var\/lib\/apache2\/session\S*; mend it with: mkdir -p/)
      open()
      assert.equal(await guest.session(), 'cart=tea')
    })
  })
})

describe('a full disk (listing 31)', needsOwnMachine, () => {
  it('loses nothing that was kept: No space left on device, and 503 for who would write', async (t) => {
    makeSessionDirectory(t)
    await using shop = await Shop.listing(11)
    const guest = shop.guest()
    await guest.write('cart=tea')
    const filling = '/var/lib/apache2/filling'
    assert.throws(() => writeFileSync(filling, Buffer.alloc(2_000_000)), { code: 'ENOSPC' })
    const refused = await guest.write('cart=coffee')
    assert.deepEqual([refused.status, refused.setCookies], [503, []])
    await shop.site.says('error.log', /No space left on device: \/var\/lib\/apache2\/session\/\S+; make room/)
    assert.equal(await guest.session(), 'cart=tea')
    rmSync(filling)
    await guest.write('cart=coffee')
    assert.equal(await guest.session(), 'cart=coffee')
  })
})

/** The files of sessions; whatever else is there begins with a dot. */
function sessionFiles(): string[] {
  return readdirSync(sessionDirectory)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(sessionDirectory, name))
    .toSorted()
}

async function customer(shop: Shop): Promise<Guest> {
  const guest = shop.guest()
  await guest.write('cart=green+tea')
  return guest
}

/** Expects `Permission denied`, and that the command which the message ends with mends it. */
async function isRefused(t: TestContext, make: () => void): Promise<void> {
  make()
  const message = await asUser(apache, () => Shop.refusal(11, {}))
  assert.match(message, /11\.conf:4:5: error: Permission denied: \/var\/lib\/apache2\/session[ ;]/)
  const [, command = ''] = /; mend it with: (.+?)(?: \[[a-z-]+\])?$/m.exec(message) ?? []
  assert.match(command, /^mkdir -p \S+ && chown 48:48 \S+ && chmod 770 \S+$/)
  execFileSync('sh', ['-c', command])
  t.after(() => rmSync(sessionDirectory, { recursive: true, force: true }))
  assert.match(await asUser(apache, () => Shop.refusal(11, {})), /^it serves/)
}

/** Whether octets hold texts, as they are or in base64. */
function occurrences(files: readonly Buffer[], texts: readonly (string | Buffer)[]): boolean[] {
  const readings = files.flatMap((octets) => {
    const encoded = octets.toString('latin1').split(':').at(-1) ?? ''
    return [octets, Buffer.from(encoded, 'base64url')]
  })
  return texts.map((text) => readings.some((reading) => reading.includes(text)))
}
