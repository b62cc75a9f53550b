import assert from 'node:assert/strict'
import { it } from 'node:test'
import { escapedPath, type Route, routeFor } from './routes.ts'
import { parseTarget } from './target.ts'

function to(url: string, ...parameters: string[]): Route['target'] {
  return parseTarget(url, new Map(parameters.map((name) => [name, ''])))
}

function sent(routes: readonly Route[], path: string, target = path): string | undefined {
  return routeFor(routes, path, target)?.path
}

it('gives the target of the first line that fits', () => {
  const [one, two] = [to('http://one/'), to('http://two/')]
  const routes: Route[] = [
    { path: '/a/b', target: one },
    { path: '/a/c', target: undefined },
    { path: '/a', target: two },
  ]
  assert.equal(routeFor(routes, '/a/b', '/a/b')?.target, one)
  assert.equal(routeFor(routes, '/a/c/d', '/a/c/d'), undefined)
  assert.equal(routeFor(routes, '/a/d', '/a/d')?.target, two)
  assert.equal(routeFor(routes, '/b', '/b'), undefined)
})

it('takes the path from what was judged, and the query from what was asked', () => {
  const routes = [{ path: '/a', target: to('http://app/x') }]
  assert.equal(sent(routes, '/a/あ b', '/%61/./%E3%81%82%20b?q=%20&r=あ'), '/x/%E3%81%82%20b?q=%20&r=あ')
  assert.equal(sent([{ path: '/a', target: to('http://app/x', 'noquery') }], '/a/b', '/a/b?c'), '/x/b')
})

it('does not let a path become a part of the host', () => {
  assert.equal(sent([{ path: '/', target: to('http://app') }], '/evil'), '/evil')
  assert.equal(sent([{ regex: /^\/(.*)$/, target: to('http://app$1') }], '/.evil.example/'), '/.evil.example/')
})

it('passes a path on as it was written only where that means what was judged', () => {
  const routes = [{ path: '/a', target: to('http://app/x', 'nocanon') }]
  assert.equal(sent(routes, '/a/b c', '/a/%62%20c?d'), '/x/%62%20c?d')
  assert.equal(sent(routes, '/a/c', '/a/b/../c'), '/x/c')
  assert.equal(sent(routes, '/a/c', '/a/b/%2E%2e/c'), '/x/c')
  assert.equal(sent(routes, '/a/c', '/%61/c'), '/x/c')
  assert.equal(sent([{ regex: /^\/a\/(.*)$/, target: to('http://app/x/$1', 'nocanon') }], '/a/b', '/a/%62'), '/x/%62')
})

it('puts what a pattern found into the path, escaped, and nothing that leads out of it', () => {
  const routes: Route[] = [{ regex: /^\/d\/(.*)x(.*)$/, target: to('http://app/d/$1/$2/$0$9') }]
  assert.equal(sent(routes, '/d/a?bxc#d', '/d/a%3Fbxc%23d'), '/d/a%3Fb/c%23d//d/a%3Fbxc%23d')
  assert.equal(sent(routes, '/d/..x/y'), undefined)
  assert.equal(sent(routes, '/d/a/.x'), undefined)
})

it('escapes what a path cannot hold', () => {
  assert.equal(escapedPath("/a-Z.~!$&'()*+,;=:@_"), "/a-Z.~!$&'()*+,;=:@_")
  assert.equal(escapedPath('/ "#%<>?[\\]^`{|}é'), '/%20%22%23%25%3C%3E%3F%5B%5C%5D%5E%60%7B%7C%7D%C3%A9')
})
