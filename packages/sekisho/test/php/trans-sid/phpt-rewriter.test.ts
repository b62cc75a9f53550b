import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LinkRewriter, type LinkRewriterOptions } from 'sekisho/php'
import { rewrite, session } from './rewriting.ts'

const field = '<input type="hidden" name="PHPSESSID" value="testid" />'
const paths = ['/', '/path', '/path/', '../', '../path', './', 'file.php', '../file.php', '/some/path/file.php']
const queries = ['', '?foo', '?foo=var']
const fragments = ['', '#bar']

/** All addresses of the tables of PHP, behind a host or without one. */
function addresses(host: string): string[] {
  return paths
    .filter((path) => host === '' || path.startsWith('/'))
    .flatMap((path) => queries.flatMap((query) => fragments.map((fragment) => `${host}${path}${query}${fragment}`)))
}

function withId(address: string): string {
  const [, before = '', fragment = ''] = /^([^#]*)(#.*)?$/.exec(address) ?? []
  return `${before}${before.includes('?') ? '&' : '?'}PHPSESSID=testid${fragment}`
}

function links(all: readonly string[]): string {
  return all.map((address) => `<a href="${address}">test</a>`).join('\n')
}

function assertRewritten(options: LinkRewriterOptions, page: string, expected: string): void {
  assert.equal(rewrite(options, page), expected)
}

test('015: a link that carries the id gets it once more in classic mode, and is left alone otherwise', () => {
  const page = '<a href="/link?PHPSESSID=testid">'
  assertRewritten(session, page, '<a href="/link?PHPSESSID=testid&PHPSESSID=testid">')
  assertRewritten({ ...session, isClassic: false }, page, page)
})

test('018: attributes with a hyphen do not stop the rewriter', () => {
  const form = '<form accept-charset="ISO-8859-15, ISO-8859-1" action=url.php>'
  assertRewritten(session, `${form}\n`, `${form}${field}\n`)
})

test('020: what stands between variables is arg_separator.output', () => {
  assertRewritten(
    { ...session, separator: '&amp;' },
    '<a href="l.php?a=b">\n',
    '<a href="l.php?a=b&amp;PHPSESSID=testid">\n',
  )
})

test('021: a form for a host of the list gets the field, one for another host does not, a fieldset never', () => {
  const options = { ...session, tags: 'a=href,area=href,frame=src,form=,fieldset=', hosts: 'example.test' }
  const page = '<form action="//bad.test/"></form><form action="//example.test/x.php"><fieldset>\n</fieldset></form>'
  assertRewritten(options, page, page.replace('x.php">', `x.php">${field}`))
  assertRewritten({ ...session, tags: 'a=href,fieldset=' }, '<form><fieldset>\n', '<form><fieldset>\n')
})

test('bug26862: what was rewritten before the variables are taken away is not lost', () => {
  const rewriter = new LinkRewriter({ variables: [['var', 'value']], tags: 'a=href', isClassic: true })
  const first = Buffer.from(rewriter.push(Buffer.from('<a href="f.php">link</a>'))).toString()
  rewriter.carry([])
  const second = Buffer.from(rewriter.push(Buffer.from('<a href="f.php">link</a>'))).toString()
  assert.equal(
    first + second + Buffer.from(rewriter.end()).toString(),
    '<a href="f.php?var=value">link</a><a href="f.php">link</a>',
  )
})

test('bug36459: a line end of two characters within a tag does not matter', () => {
  const page = '<a href="/pages/?action=prev&id=8"\r\n   style="font: normal">link</a><br />\r\n'
  assertRewritten({ ...session, variables: [['sid', 'x1']] }, page, page.replace('id=8', 'id=8&sid=x1'))
})

test('bug41600: a separator that is a reference to a character, and elements with a namespace', () => {
  const options = { ...session, separator: '&amp;', tags: 'a=href,nm:aa=src,area=href,frame=src' }
  assertRewritten(options, '<a href="link.php?a=b">\n', '<a href="link.php?a=b&amp;PHPSESSID=testid">\n')
  assertRewritten(options, '<nm:aa src="x.php">\n', '<nm:aa src="x.php?PHPSESSID=testid">\n')
})

test('bug50308: empty addresses, slashes and queries, with quotes and without', () => {
  const lines = [
    ['<a href=""/>', '<a href="?PHPSESSID=testid"/>'],
    ['<a href="foo" />', '<a href="foo?PHPSESSID=testid" />'],
    ['<a href=foo/>', '<a href=foo/?PHPSESSID=testid>'],
    ['<a href="/">', '<a href="/?PHPSESSID=testid">'],
    ['<a href=/>', '<a href=/?PHPSESSID=testid>'],
    ['<a href=?foo=bar/>', '<a href=?foo=bar/&PHPSESSID=testid>'],
    ['<a href="?foo=bar"/>', '<a href="?foo=bar&PHPSESSID=testid"/>'],
    ['<a href=./>', '<a href=./?PHPSESSID=testid>'],
  ]
  assertRewritten(session, lines.map(([page]) => page).join('\n'), lines.map(([, expected]) => expected).join('\n'))
})

test('bug74892: an address with a place in a page', () => {
  const options = { ...session, hosts: 'php.net' }
  assertRewritten(options, '<a href="i.php#place"></a>', '<a href="i.php?PHPSESSID=testid#place"></a>')
  assertRewritten(options, '<a href="http://php.net#foo"></a>', '<a href="http://php.net?PHPSESSID=testid#foo"></a>')
  assertRewritten(options, '<a href="#place"></a>', '<a href="#place"></a>')
})

test('session_basic3: relative addresses carry the id, those with a host never', () => {
  assertRewritten(session, links(addresses('')), links(addresses('').map(withId)))
  const hosts = [
    'http://php.net',
    'https://php.net',
    'https://php.net:8443',
    '//php.net',
    'http://bad.com',
    '//bad.com',
  ]
  const foreign = links(hosts.flatMap((host) => [host, ...addresses(host)]))
  assertRewritten(session, foreign, foreign)
  assertRewritten(
    session,
    '<form action="../s.php" method="post">\n</form>',
    `<form action="../s.php" method="post">${field}\n</form>`,
  )
})

test('session_basic4: two rewriters in a row, and an id that has changed: both outputs have the last one', () => {
  const page = '<a href="/"><form action="" method="post"></form>'
  const first = new LinkRewriter({ ...session, variables: [['v', '1']] })
  const second = new LinkRewriter({ ...session, variables: [['PHPSESSID', 'test1']] })
  first.carry([
    ['v', '1'],
    ['w', '2'],
  ])
  second.carry([['PHPSESSID', 'test2']])
  const once = Buffer.concat([first.push(Buffer.from(page)), first.end()])
  const twice = Buffer.concat([second.push(once), second.end()]).toString()
  const input = (name: string, value: string): string => `<input type="hidden" name="${name}" value="${value}" />`
  const fields = `${input('PHPSESSID', 'test2')}${input('v', '1')}${input('w', '2')}`
  assert.equal(twice, `<a href="/?v=1&w=2&PHPSESSID=test2"><form action="" method="post">${fields}</form>`)
})

test('session_basic5: hosts of the list carry the id, others never', () => {
  const options = { ...session, hosts: 'php.net,example.com', host: 'php.net' }
  const ours = ['http://php.net', 'https://php.net', 'https://php.net:8443', '//php.net', 'HTTPS://Example.COM']
  for (const host of ours) {
    assertRewritten(options, links(addresses(host)), links(addresses(host).map(withId)))
    assertRewritten(options, links([host]), links([`${host}/?PHPSESSID=testid`]))
  }
  const foreign = ['http://bad.com', 'https://bad.com:8443', '//bad.com', 'http://php.net.bad.com', 'ftp://php.net']
  const page = links(foreign.flatMap((host) => [host, ...addresses(host)]))
  assertRewritten(options, page, page)
  const forms = foreign.map((host) => `<form action="${host}/foo/../script.php" method="post">\n</form>`).join('\n')
  assertRewritten(options, forms, forms)
  const own = '<form method="post" action="//php.net/script.php">\n</form>'
  assertRewritten(options, own, own.replace('>\n', `>${field}\n`))
})

test('url_rewriting_basic1: names and values are written as an address and as HTML have them', () => {
  const options = { ...session, variables: [['<name>', '<value>']] as const, hosts: 'url-rewriter.com' }
  const page =
    '<a href="//url-rewriter.com/f.php"></a><a href="//php.net/f.php"></a><form action="" method="get"> </form>'
  const input = '<input type="hidden" name="&lt;name&gt;" value="&lt;value&gt;" />'
  const expected = page.replace('com/f.php', 'com/f.php?%3Cname%3E=%3Cvalue%3E').replace('"get">', `"get">${input}`)
  assertRewritten(options, page, expected)
})

test('url_rewriting_basic2: each rewriter has its own hosts', () => {
  const page = '<a href="//session.test/f.php"></a><a href="//url-rewriter.com/f.php"></a>'
  const first = rewrite({ ...session, variables: [['v', '1']], hosts: 'url-rewriter.com' }, page)
  assertRewritten(
    { ...session, hosts: 'session.test' },
    first,
    '<a href="//session.test/f.php?PHPSESSID=testid"></a><a href="//url-rewriter.com/f.php?v=1"></a>',
  )
})

test('url_rewriting_basic3: addresses of other schemes carry nothing, whatever their host', () => {
  const page = '<a href="bad://session.test/f.php"></a><form action="bad://session.test/b.php" method="get"></form>'
  assertRewritten({ ...session, hosts: 'session.test' }, page, page)
})
