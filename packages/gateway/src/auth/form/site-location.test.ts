import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { siteLocation } from './site-location.ts'

const host = 'shop.example'

/** Each would lead a browser, or what a server behind this one makes of it, to another site. */
const evasions = [
  '//evil.example',
  '//evil.example/path',
  '///evil.example',
  '////evil.example',
  String.raw`/\evil.example`,
  String.raw`\/evil.example`,
  String.raw`\\evil.example`,
  String.raw`/\/evil.example`,
  String.raw`//\evil.example`,
  String.raw`/a\..\..\evil.example`,
  '/%2f/evil.example',
  '/%2Fevil.example',
  '%2f%2fevil.example',
  '/%252f/evil.example',
  '/%25252fevil.example',
  '/%5cevil.example',
  '/%5C%5Cevil.example',
  '/%255cevil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/a/../..//evil.example',
  '/%2e//evil.example',
  '/%2e%2e//evil.example',
  '/%252e%252e//evil.example',
  '/./%2e//evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '\u0000//evil.example',
  '/\u0000/evil.example',
  '/%00/evil.example',
  '/%09/evil.example',
  '/%0d%0aLocation: http://evil.example',
  '/ok\r\nSet-Cookie: a=b',
  '/ok%0d%0aSet-Cookie:a=b',
  'http://evil.example/',
  'https://evil.example/',
  'HTTP://EVIL.EXAMPLE/',
  'http:evil.example',
  'https:evil.example',
  'http:/evil.example',
  'https:/evil.example',
  'http:///evil.example',
  String.raw`http:\\evil.example`,
  'http://shop.example@evil.example/',
  'http://shop.example:80@evil.example/',
  'http://user@shop.example/',
  'http://user:password@shop.example/',
  String.raw`http://evil.example\@shop.example/`,
  'http://evil.example#@shop.example/',
  'http://evil.example?@shop.example/',
  'http://shop.example.evil.example/',
  'http://evilshop.example/',
  'http://shop.example:81/',
  'http://shop.example%2eevil.example/',
  'http://shop.example\u3002evil.example/',
  'http://shop.example\u00ad/',
  'http://sho\u0440.example/',
  '//shop.example/ok',
  '／／evil.example',
  '/／evil.example',
  '/＼evil.example',
  '\u202e//evil.example',
  '\ufeff//evil.example',
  '/\u2028/evil.example',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'mailto:x@evil.example',
  'ftp://shop.example/',
  'ws://shop.example/',
  'blob:http://shop.example/1',
  'evil.example',
  'evil.example/ok',
  '@evil.example',
  '.evil.example',
  '',
  '?//evil.example',
  '#//evil.example',
]

describe('siteLocation', () => {
  it('takes paths, and addresses of the host itself, and gives a path', () => {
    const places: Readonly<Record<string, string>> = {
      '/': '/',
      '/shop/cart': '/shop/cart',
      '/shop?a=1&b=//x#y': '/shop?a=1&b=//x#y',
      '/shop?next=http://evil.example/': '/shop?next=http://evil.example/',
      '/a//b': '/a//b',
      '/a/../b': '/b',
      '/@user': '/@user',
      '/a:b': '/a:b',
      '/買い物?品=茶': '/%E8%B2%B7%E3%81%84%E7%89%A9?%E5%93%81=%E8%8C%B6',
      '/%E8%8C%B6': '/%E8%8C%B6',
      'http://shop.example/cart': '/cart',
      'https://shop.example/cart?a#b': '/cart?a#b',
      'HTTPS://SHOP.EXAMPLE/cart': '/cart',
      'http://shop.example:80/cart': '/cart',
      'https://shop.example': '/',
      'http://shop.example?a=1': '/?a=1',
    }
    const found = Object.keys(places).map((text) => [text, siteLocation(text, host)])
    assert.deepEqual(Object.fromEntries(found), places)
    assert.equal(siteLocation('http://[::1]:8080/x', '[::1]:8080'), '/x')
  })

  it(`takes none of ${evasions.length} others`, () => {
    assert.ok(evasions.length >= 40)
    for (const text of evasions) assert.equal(siteLocation(text, host), undefined, JSON.stringify(text))
  })

  it('takes no address where it does not know its host', () => {
    for (const unknown of [undefined, '', 'a b', 'evil.example/', 'evil.example@'])
      assert.equal(siteLocation('http://shop.example/', unknown), undefined, unknown)
    assert.equal(siteLocation('/ok', undefined), '/ok')
  })

  it('leads nowhere else, whatever is made of the signs that matter', () => {
    const signs = fc.constantFrom('/', '\\', '.', '%2f', '%5c', '%2e', '@', ':', '?', '#', 'http', 'https', 'evil.example', host, '\t', ' ', 'a', '／', '茶') // prettier-ignore
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 12 }), (parts) => {
        const place = siteLocation(parts.join(''), host)
        if (place === undefined) return
        assert.match(place, /^\/(?![/\\])[\x21-\x7e]*$/)
        assert.equal(new URL(place, `https://${host}`).origin, `https://${host}`)
      }),
      { numRuns: 5000 },
    )
  })
})
