import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  headersOfBody,
  isPage,
  LinkRewriter,
  linkRewriterStream,
  type LinkRewriterOptions,
  rewriteAddress,
} from 'sekisho/php'
import { rewrite } from './rewriting.ts'

const options: LinkRewriterOptions = { variables: [['SID', 'x1']], host: 'shop.test' }
const field = '<input type="hidden" name="SID" value="x1" />'

function assertLeft(page: string, more: Partial<LinkRewriterOptions> = {}): void {
  assert.equal(rewrite({ ...options, ...more }, page), page)
}

test('comments, scripts, styles and texts are left alone, and what comes after them is not', () => {
  const link = '<a href="p">'
  const opaque = [
    `<!-- ${link} -->`,
    `<!-->`,
    `<script>x = '${link}'</script>`,
    `<SCRIPT src="a>b">${link}</scr></script x="${link}">`,
    `<style>${link}</style>`,
    `<textarea>${link}</textarea>`,
    `<title>${link}</title>`,
    `<iframe>${link}</iframe>`,
    `<!DOCTYPE html>`,
    `<?php ${'<b '} ?>`,
    `</p title='${link}'>`,
  ]
  for (const part of opaque) assert.equal(rewrite(options, `${part}${link}`), `${part}<a href="p?SID=x1">`)
})

test('a script that does not end hides the rest of the page', () => {
  assertLeft('<script>var a = "<a href=p>";</scripts><a href="p">')
  assertLeft('<plaintext><a href="p">')
})

test('tags are read as browsers read them', () => {
  const cases = [
    ['<a title="1 > 0" href="p">', '<a title="1 > 0" href="p?SID=x1">'],
    ['<a data-1=x href\n=\n p>', '<a data-1=x href\n=\n p?SID=x1>'],
    ['<a/href=p/>', '<a/href=p/?SID=x1>'],
    ["<A HREF='p' href='q'>", "<A HREF='p?SID=x1' href='q'>"],
    ['<a href>', '<a href>'],
    ['<a =href="p">', '<a =href="p">'],
    ['<<a href=p>', '<<a href=p?SID=x1>'],
    ['< a href=p>', '< a href=p>'],
    ['<abbr href=p><a href=p', '<abbr href=p><a href=p'],
  ] as const
  for (const [page, expected] of cases) assert.equal(rewrite(options, page), expected)
})

test('no address that leads elsewhere gets the id, whatever it looks like', () => {
  const addresses = [
    'http://evil.test/',
    '//evil.test/',
    '///evil.test/',
    '/\\evil.test/',
    '\\\\evil.test/',
    ' //evil.test/',
    '\t/\n/evil.test/',
    'ht\ntp://evil.test/',
    'http:evil.test',
    'http:\\\\evil.test',
    '&#47;&#47;evil.test',
    '&sol;&sol;evil.test',
    'javascript:x()',
    'java&#115;cript:x()',
    'javascript&colon;x()',
    'mailto:a@evil.test',
    'data:text/html,x',
    'https://shop.test@evil.test/',
    'https://shop.test:x@evil.test/',
    'https://evil.test\\@shop.test/',
    'https://shop.test.evil.test/',
    '#place',
  ]
  for (const address of addresses) {
    assertLeft(`<a href="${address}">`, { hosts: 'shop.test' })
    if (address !== '#place') assertLeft(`<form action="${address}"></form>`, { hosts: 'shop.test' })
  }
})

test('hosts of the list get the id, with their port and their login as they are', () => {
  const cases = [
    ['https://shop.test', 'https://shop.test/?SID=x1'],
    ['https://shop.test?a', 'https://shop.test?a&amp;SID=x1'],
    ['HTTP://SHOP.test:8080/p#f', 'HTTP://SHOP.test:8080/p?SID=x1#f'],
    ['//u:p@shop.test/', '//u:p@shop.test/?SID=x1'],
  ] as const
  for (const [address, expected] of cases)
    assert.equal(
      rewrite({ ...options, hosts: 'other.test,Shop.test' }, `<a href="${address}">`),
      `<a href="${expected}">`,
    )
})

test('a page whose base leads elsewhere keeps its relative addresses, and one whose base is this site does not', () => {
  assertLeft('<base href="https://evil.test/"><a href="p"><form action="p"></form><base href="/">')
  assert.equal(
    rewrite(options, '<base href="//shop.test/x/"><a href="p">'),
    '<base href="//shop.test/x/"><a href="p?SID=x1">',
  )
})

test('an address that carries the variable already is left alone', () => {
  assertLeft('<a href="p?SID=old"><a href="p?a=1&amp;SID=old"><a href="p?a;SID#f"><a href="?SID=">')
  assert.equal(rewrite(options, '<a href="p?MYSID=1&amp;x">'), '<a href="p?MYSID=1&amp;x&amp;SID=x1">')
})

test('an ampersand before the variable is written as HTML has it, once', () => {
  const cases = [
    ['p?a=1', 'p?a=1&amp;SID=x1'],
    ['p?a=1&amp;', 'p?a=1&amp;SID=x1'],
    ['p?', 'p?SID=x1'],
    ['p#a?b', 'p?SID=x1#a?b'],
    ['p?a=&#38;&#x26;#f', 'p?a=&#38;&#x26;&amp;SID=x1#f'],
    ['p ', 'p?SID=x1 '],
  ] as const
  for (const [address, expected] of cases) {
    assert.equal(rewrite(options, `<a href="${address}">`), `<a href="${expected}">`)
    assert.equal(rewrite({ ...options, separator: '&amp;' }, `<a href="${address}">`), `<a href="${expected}">`)
  }
})

test('a form gets its field by its own action alone', () => {
  const forms = ['<form action="https://evil.test/">', '<form>', '<form action="#here" class=x>', '<FORM action=p />']
  assert.equal(rewrite(options, forms.join('')), `${forms[0]}<form>${field}${forms[2]}${field}${forms[3]}${field}`)
  assert.equal(rewrite(options, '<form action="//shop.test/">'), `<form action="//shop.test/">${field}`)
  assertLeft('<form action="//shop.test/">', { hosts: 'other.test' })
})

test('a tag that does not end is held back no longer than it may be, and left as it is', () => {
  const long = `<a title="${'x'.repeat(100)}" href="p"><a href="p">`
  assert.equal(rewrite({ ...options, maxTag: 50 }, long), long.replace('<a href="p">', '<a href="p?SID=x1">'))
  assertLeft(`<a title="${'x'.repeat(70_000)}" href="p">`)
  assert.throws(() => rewrite({ ...options, maxTag: 0 }, ''), /option `maxTag` must be a whole number of at least 1/)
})

test('the time that a page takes grows with its octets alone, whatever they are', () => {
  for (const isClassic of [true, false]) {
    for (const piece of [
      '<a ',
      '<a b="',
      "<a b='c",
      '<',
      '<!--',
      '<script',
      '<a href=',
      '<form>',
      '</',
      '<a  =',
      '<title>',
    ]) {
      const [small, large] = [piece.repeat(20_000), piece.repeat(200_000)]
      const [first, second] = [timeOf(small, isClassic), timeOf(large, isClassic)]
      assert.ok(
        second < first * 40 + 500,
        `${piece}: ${first.toFixed(0)} ms, ten times as much ${second.toFixed(0)} ms`,
      )
    }
  }
})

function timeOf(page: string, isClassic: boolean): number {
  const start = performance.now()
  rewrite({ ...options, isClassic }, page)
  return performance.now() - start
}

test('octets of other character sets pass unharmed', () => {
  const shiftJis = Buffer.from([0x3c, 0x61, 0x20, 0x68, 0x72, 0x65, 0x66, 0x3d, 0x83, 0x5c, 0x3e, 0x95, 0x7c, 0xff])
  const rewriter = new LinkRewriter(options)
  const result = Buffer.concat([rewriter.push(shiftJis), rewriter.end()])
  assert.deepEqual(result, Buffer.concat([shiftJis.subarray(0, 10), Buffer.from('?SID=x1'), shiftJis.subarray(10)]))
})

test('a page streams through, and what is settled does not wait for its end', async () => {
  const stream = linkRewriterStream(options)
  const writer = stream.writable.getWriter()
  const reader = stream.readable.getReader()
  const write = writer.write(Buffer.from('<p>one</p><a hr'))
  const first = await reader.read()
  assert.equal(Buffer.from(first.value ?? []).toString(), '<p>one</p>')
  await write
  const end = [writer.write(Buffer.from('ef=p>two')), writer.close()]
  const parts: Uint8Array[] = []
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value)
  await Promise.all(end)
  assert.equal(Buffer.concat(parts).toString(), '<a href=p?SID=x1>two')
})

test('only HTML as it is, in a character set with ASCII in it, is a page', () => {
  const pages = ['text/html', 'TEXT/HTML; charset=Shift_JIS', 'text/html;charset="utf-8"']
  const others = [
    'application/json',
    'text/htmlx',
    undefined,
    'text/html; charset=UTF-16LE',
    'text/html;charset=iso-2022-jp',
  ]
  for (const contentType of pages) assert.ok(isPage({ contentType, contentEncoding: undefined }), contentType)
  for (const contentType of others) assert.ok(!isPage({ contentType, contentEncoding: undefined }), contentType)
  assert.ok(isPage({ contentType: 'text/html', contentEncoding: 'identity' }))
  assert.ok(!isPage({ contentType: 'text/html', contentEncoding: 'gzip' }))
  assert.ok(isPage({ contentType: 'application/json', contentEncoding: undefined }, true))
  assert.ok(!isPage({ contentType: 'text/html', contentEncoding: 'br' }, true))
  assert.ok(['content-length', 'etag', 'digest'].every((name) => headersOfBody.includes(name)))
})

test('a single address, such as that of a redirect, is written without references to characters', () => {
  assert.equal(rewriteAddress('/p?a=1#f', options), '/p?a=1&SID=x1#f')
  assert.equal(rewriteAddress('/日本', options), '/日本?SID=x1')
  assert.equal(rewriteAddress('//evil.test/', options), '//evil.test/')
  assert.equal(rewriteAddress('/p', { ...options, variables: [] }), '/p')
  assert.equal(rewriteAddress('/p?SID=1', { ...options, isClassic: true }), '/p?SID=1&SID=x1')
})
