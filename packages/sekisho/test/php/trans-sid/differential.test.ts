import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { startPhp } from '../real-php.ts'
import { rewrite } from './rewriting.ts'

const rounds = process.env['SEKISHO_LONG'] === '1' ? 20 : 1
const php = startPhp(new URL('rewrite.php', import.meta.url))
after(() => php.stop())

/** Pieces of pages: what the rewriter looks for, and what it stumbles over. */
const tags = ['<a ', '<A ', '<form', '<form ', '<area ', '<frame ', '</a>', '<!--', '-->', '<script>', '</script>', '<']
const attributes = [
  'href',
  'HREF',
  'action',
  'act',
  'src',
  'data-x',
  'x:y',
  '=',
  ' = ',
  '"',
  "'",
  '>',
  '/>',
  '/',
  '" >',
]
const characters = [' ', '\t', '\r\n', '\v', '\f', '\0', '\u0001', 'é', '日本', '%41', '&amp;', '1', '.', 'p.php']
const hosts = ['example.test', 'EXAMPLE.test', 'other.test', '[::1]', 'user:pw@', 'user@', ':8080', ':0', ':99999']
const marks = ['?x=1', '#f', '#', '?', 'http://', 'https://', '//', ':', 'mailto:a@b', 'javascript:', 'file:///']
const beginnings = ['<form action=', '<a href="', "<a href='", '<a href=']
const pieces = [tags, attributes, characters, hosts, marks, beginnings].flat()

/** Addresses with a host, of which few would come about by chance. */
const origins = fc
  .tuple(
    fc.constantFrom('', '//', 'http://', 'https://', 'HTTP://', 'ftp://', 'http:/', 'http:', '///'),
    fc.constantFrom('', 'user@', 'user:pw@', ':@', 'a@b@'),
    fc.constantFrom('example.test', 'Example.TEST', 'other.test', 'evil.test', '[::1]', '[example.test]', ''),
    fc.constantFrom('', ':80', ':0', ':65536', ':x', ':8x', ':', ':-1', ': 1'),
    fc.constantFrom('', '/', '/p.php', '?x=1', '?', '#f', '/#', '\\x', '/a:80', '/a:b?c', '//'),
  )
  .map((parts) => parts.join(''))

const pages = fc.oneof(
  origins.map((address) => `<a href="${address}">`),
  origins.map((address) => `<form method=post action='${address}'> <form>.`),
  fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => `<a href="${parts.join('')}">`),
)

const questions = fc.record({
  page: pages,
  tags: fc.constantFrom('a=href,area=href,frame=src,form=', 'a=href,form=action,x:y=src,a=src'),
  hosts: fc.constantFrom('', 'example.test,other.test'),
  separator: fc.constantFrom('&', '&amp;'),
  host: fc.constant('Example.test:8080'),
  variables: fc.constantFrom<[string, string][]>(
    [['PHPSESSID', 'tid']],
    [
      ['n<', 'v"\'&amp;é ~'],
      ['b', '2'],
    ],
  ),
})

test('in classic mode a page is what real PHP makes of it', async () => {
  const samples = fc.sample(questions, { numRuns: 3000 * rounds, seed: 7 })
  const answers = await ask(samples)
  let rewritten = 0
  for (const [index, question] of samples.entries()) {
    const theirs = answers[index]
    assert.equal(rewrite({ ...question, isClassic: true }, question.page), theirs, JSON.stringify(question))
    if (theirs !== question.page) rewritten += 1
  }
  assert.ok(rewritten > samples.length / 8, `${rewritten} of ${samples.length} are rewritten`)
})

test('wherever a page breaks off, what there is of it is what real PHP makes of it', async () => {
  const page = `<a href="p.php">1</a><form action=x><form></form><a href=q ><area href='z'/><frame src="b#c"><form/><<a href=k>`
  const samples = Array.from(page, (_, length) => ({ page: page.slice(0, length + 1), ...plain }))
  const answers = await ask(samples)
  for (const [index, question] of samples.entries()) {
    assert.equal(rewrite({ ...question, isClassic: true }, question.page), answers[index])
  }
})

const plain = {
  tags: 'a=href,area=href,frame=src,form=',
  hosts: '',
  separator: '&',
  host: 'example.test',
  variables: [['PHPSESSID', 'tid']] as [string, string][],
}

test('however a page is cut, the result is the same, in both modes', () => {
  const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 12 })
  fc.assert(
    fc.property(questions, cuts, fc.boolean(), fc.constantFrom(3, 8, 65_536), (question, sizes, isClassic, maxTag) => {
      const options = { ...question, isClassic, maxTag }
      const octets = Buffer.from(question.page)
      const parts: Buffer[] = []
      let at = 0
      for (const size of sizes) parts.push(octets.subarray(at, (at += size)))
      parts.push(octets.subarray(at))
      assert.equal(rewrite(options, ...parts), rewrite(options, octets))
    }),
    { numRuns: 2000 * rounds, seed: 11 },
  )
})

test('what is rewritten differs from the page by what is put in alone', () => {
  fc.assert(
    fc.property(pages, (page) => {
      const result = rewrite({ variables: [['PHPSESSID', 'tid']], host: 'example.test' }, page)
      assert.ok(isPageWithVariables(page, result.replaceAll(field, '')), JSON.stringify([page, result]))
    }),
    { numRuns: 2000 * rounds, seed: 13 },
  )
})

const field = '<input type="hidden" name="PHPSESSID" value="tid" />'
const variable = 'PHPSESSID=tid'

/** Whether one gets from the page to the result by putting in the variable, in one of its forms. */
function isPageWithVariables(page: string, result: string): boolean {
  const at = result.indexOf(variable)
  if (at === -1) return page === result
  return ['', '?', '/?', '&amp;'].some((before) => {
    const head = result.slice(0, at - before.length)
    const isPut = result.startsWith(before, at - before.length) && page.startsWith(head)
    return isPut && isPageWithVariables(page.slice(head.length), result.slice(at + variable.length))
  })
}

/** What PHP makes of the pages. */
async function ask(samples: readonly { readonly page: string }[]): Promise<string[]> {
  const answers = await php.ask(
    samples.map((question) => ({ ...question, page: Buffer.from(question.page).toString('base64') })),
  )
  return answers.map((answer) => Buffer.from(answer, 'base64').toString())
}
