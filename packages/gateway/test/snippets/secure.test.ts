import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { freePort } from '../gateway/harness.ts'
import { listingText } from './article.ts'
import { Shop, tls } from './shop.ts'

describe('HttpOnly and Secure (listings 22 and 29)', () => {
  it('are in the cookie as they are written', async () => {
    for (const number of [22, 29]) {
      await using shop = await Shop.listing(number, {
        before: 'Session On\nSessionHeader X-Session\nSessionCompat apache',
      })
      const { setCookies } = await shop.guest().write('cart=tea')
      assert.deepEqual(setCookies, ['sessionid=cart=tea;path=/; HttpOnly; Secure'])
    }
  })

  it('keep the session over https, and lose it over http, where a browser does not send the cookie', async () => {
    const { lines, files } = tls()
    const port = await freePort()
    const hosts = `Listen 127.0.0.1:${port}\nListen 127.0.0.1:\${PORT}\n<VirtualHost *:${port}>\n${lines}\n</VirtualHost>\n`
    for (const number of [22, 29]) {
      await using shop = await Shop.listing(number, {
        before: `${hosts}Session On\nSessionEnv On\nSessionHeader X-Session`,
        files,
      })
      for (const [url, kept] of [
        [`https://127.0.0.1:${port}`, 'cart=tea'],
        [shop.site.url, ''],
      ] as const) {
        const guest = shop.guest({ url })
        const { setCookies } = await guest.write('cart=tea')
        assert.deepEqual(setCookies, ['sessionid=cart=tea;path=/; HttpOnly; Secure'])
        assert.equal(await guest.session(), kept)
      }
    }
  })

  it('are told of where they keep a login from working, and the flag removed mends it', async () => {
    const before = 'Session On\nSessionEnv On\nSessionHeader X-Session'
    await using shop = await Shop.listing(29, { before, process: true })
    assert.match(
      shop.site.said,
      /no login here: the cookie sessionid is Secure, and a browser returns it over https only/,
    )
    await using mended = await Shop.serve(listingText(29).replace('; Secure', ''), { before, process: true })
    assert.doesNotMatch(mended.site.said, /Secure/)
    const guest = mended.guest()
    await guest.write('cart=tea')
    assert.equal(await guest.session(), 'cart=tea')
  })
})
