import assert from 'node:assert/strict'
import { it } from 'node:test'
import { encodePath, hostName, requestTarget } from './request-target.ts'

it('is a path and a query, or a reason to refuse', () => {
  assert.deepEqual(requestTarget('/a//b/../c?d=/e?f'), { path: '/a/c', query: 'd=/e?f' })
  assert.deepEqual(requestTarget('/'), { path: '/', query: undefined })
  assert.deepEqual(requestTarget('/?'), { path: '/', query: '' })
  assert.deepEqual(
    ['/..', '/%zz', '/%00', '/a%2fb', '/a%2Fb?x', '/%zz?%2f'].map(requestTarget),
    [400, 400, 400, 404, 404, 400],
  )
})

it('knows a host without its port, in lower case', () => {
  assert.deepEqual(['Example.ORG:8080', 'example.org.', '[2001:DB8::1]:80', '[::1]', 'a:'].map(hostName), [
    'example.org',
    'example.org',
    '[2001:db8::1]',
    '[::1]',
    'a',
  ])
})

it('escapes what a path cannot hold', () => {
  assert.equal(encodePath("/a-b_c.d~e$!*'(),;:@&=+"), "/a-b_c.d~e$!*'(),;:@&=+")
  assert.equal(encodePath('/a b?c#d%e/日\r\n'), '/a%20b%3fc%23d%25e/%e6%97%a5%0d%0a')
  assert.equal(encodePath('/caf\udce9'), '/caf%e9')
})
