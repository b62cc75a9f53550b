import assert from 'node:assert/strict'
import { it } from 'node:test'
import { requestPath } from './request-path.ts'

it('is decoded and normalized, without the query', () => {
  assert.deepEqual(
    ['/inc//yes', '/inc/%79es', '/inc/./yes', '/inc/x/../yes', '/inc/yes?a=/b', '/inc/yes#x'].map(requestPath),
    Array<string>(6).fill('/inc/yes'),
  )
  assert.deepEqual(['/', '//', '/a/', '/a/.', '/a/b/..', '/%E3%81%82'].map(requestPath), [
    '/',
    '/',
    '/a/',
    '/a/',
    '/a/',
    '/あ',
  ])
})

it('is octets, whether they are UTF-8 or not', () => {
  assert.deepEqual(['/caf%E9', '/caf\u00e9', '/%e3%81%82%ff', '/\u00e3\u0081\u0082'].map(requestPath), [
    '/caf\udce9',
    '/caf\udce9',
    '/あ\udcff',
    '/あ',
  ])
})

it('does not exist for what could mean two things', () => {
  assert.deepEqual(
    ['/a%2Fb', '/a%00', '/%zz', '/%', '/../etc', '/a/../../b', 'a', '*', ''].map(requestPath),
    Array<undefined>(9).fill(undefined),
  )
})
