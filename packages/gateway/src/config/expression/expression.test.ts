import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { requestTo } from '../../../test/configs.ts'
import { holds, textValue } from './evaluate.ts'
import { parseCondition, parseText } from './parser.ts'
import type { ExpressionRequest } from './vocabulary.ts'

const headers: Readonly<Record<string, string>> = { host: 'Shop.Example', 'x-a': 'b', 'user-agent': 'curl/8' }
const request: ExpressionRequest = requestTo('/shop/cart', {
  method: 'POST',
  query: 'a=1',
  host: 'shop.example',
  port: 8080,
  remoteAddress: '10.1.2.3',
  protocol: 'HTTP/1.1',
  user: 'bob',
  header: (name) => headers[name],
  environment: (name) => (name === 'role' ? 'admin' : undefined),
})

function truth(text: string): boolean | string {
  const parsed = parseCondition(text)
  return 'node' in parsed ? holds(parsed.node, request) : `${parsed.at}: ${parsed.problem}`
}

function check(cases: Readonly<Record<string, boolean | string>>): void {
  assert.deepEqual(Object.fromEntries(Object.keys(cases).map((text) => [text, truth(text)])), cases)
}

describe('a condition', () => {
  it('compares texts and numbers', () => {
    check({
      "%{REQUEST_METHOD} == 'POST'": true,
      "%{REQUEST_METHOD} = 'GET'": false,
      "%{request_method} != 'GET'": true,
      "'a' < 'b'": true,
      "'b' <= 'a'": false,
      '%{SERVER_PORT} -eq 8080': true,
      '%{SERVER_PORT} gt 443': true,
      "'12abc' -eq 12": true,
      "'x' -ne 0": false,
      '-5 -lt 3': true,
    })
  })

  it('binds ! strongest and || weakest', () => {
    check({
      'true || false && false': true,
      '(true || false) && false': false,
      '!true || true': true,
      '!(true || true)': false,
      'not false and true': true,
      'true or nonsense': '16: syntax error, unexpected end of expression',
    })
  })

  it('matches expressions, and remembers their groups', () => {
    check({
      "%{REQUEST_URI} =~ m#^/(\\w+)/# && $1 == 'shop'": true,
      '%{REQUEST_URI} !~ /^.shop/': false,
      '%{HTTP_HOST} =~ /^shop\\./i': true,
      '%{HTTP_HOST} =~ /^shop\\./': false,
      "'a' =~ /(/": '7: Failed to compile regular expression',
      "'a' =~ /x": '7: Unterminated regexp',
    })
  })

  it('tests lists, addresses and patterns', () => {
    check({
      "%{REQUEST_METHOD} in {'GET', 'POST'}": true,
      "%{REMOTE_ADDR} -ipmatch '10.0.0.0/8'": true,
      "%{REMOTE_ADDR} -ipmatch '11'": false,
      "%{REQUEST_URI} -fnmatch '/shop/*'": true,
      "%{REQUEST_URI} -strmatch '*cart'": true,
      "%{HTTP_HOST} -strcmatch 'shop.*'": true,
      '-n %{QUERY_STRING}': true,
      '-z %{HTTP:x-none}': true,
      "-T 'off'": false,
    })
  })

  it('calls functions in both spellings', () => {
    check({
      "tolower(%{HTTP_HOST}) == 'shop.example'": true,
      "%{tolower:%{HTTP_HOST}} == 'shop.example'": true,
      "%{HTTP:X-A} == 'b'": true,
      "req('x-a') == 'b'": true,
      "reqenv('role') == 'admin'": true,
      "unescape('a%20b') == 'a b'": true,
      "escape('a b') == 'a%20b'": true,
      "base64('ab') . unbase64('YWI=') == 'YWI=ab'": true,
      "md5('secret') == '5ebe2294ecd0e0f08eab7690d2a6ee69'": true,
    })
  })

  it('says where and why it is none', () => {
    check({
      "%{NOPE} == 'x'": "0: Variable 'NOPE' does not exist",
      "nope('x') == 'x'": "0: Function 'nope' does not exist",
      '-q %{QUERY_STRING}': '0: No such unary operator: -q',
      "'a' -frob 'b'": '4: No such binary operator: -frob',
      "'a": '1: Unterminated string',
      '%{HTTP:x': '7: Unterminated variable',
      '': '0: syntax error, unexpected end of expression',
      "'a' == 'b' 'c'": '11: syntax error, unexpected string',
      '@': "0: Parse error near character '@'",
    })
  })
})

describe('a text', () => {
  it('is filled in', () => {
    const parsed = parseText('/login?to=%{escape:%{REQUEST_URI}}&by=%{REMOTE_USER}&tab=\\x41\\t$')
    assert.equal('node' in parsed && textValue(parsed.node, request), '/login?to=/shop/cart&by=bob&tab=A\t$')
  })

  it('may be empty', () => {
    assert.deepEqual(parseText(''), { node: { kind: 'literal', text: '' } })
  })
})
