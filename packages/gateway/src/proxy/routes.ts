import { percentEncoded } from '../lib/octets.ts'
import type { Target } from './target.ts'

/** A `ProxyPass` or `ProxyPassMatch` line. */
export interface Route {
  /** The path that it is about; in a `<Location>` that of the section. */
  readonly path?: string
  /** For `ProxyPassMatch`, in place of the path; without the flags `g` and `y`. */
  readonly regex?: RegExp
  /** Undefined for `!`: not passed on. */
  readonly target: Target | undefined
}

/** Where a request goes. */
export interface Routed {
  readonly target: Target
  /** Path and query as the app is to get them. */
  readonly path: string
}

/**
 * Looks up where a request goes: the first line that fits decides, a `!` for nowhere. As in Apache, the rest of the path is
 * put behind the target as it is, escaped anew; `$1` and the like stand for what a pattern has found, and a pattern's target
 * without any gets the whole path.
 *
 * @param routes In the order in which they are to be asked: those of sections before those of the server.
 * @param path The request's path, decoded and normalized, as `requestPath` makes it.
 * @param target The request's target, as `originTarget` makes it: for the query, and for the path of `nocanon`.
 * @returns Undefined when it goes to no app; also for a path that a pattern would put dot segments into.
 */
export function routeFor(routes: readonly Route[], path: string, target: string): Routed | undefined {
  for (const route of routes) {
    const found = matched(route, path)
    if (found === undefined) continue
    if (route.target === undefined) return undefined
    return routed(route as Passing, { ...found, path, target })
  }
  return undefined
}

/** A part of a path behind a prefix, or what a pattern found. */
interface Found {
  readonly rest: string
  readonly groups: RegExpExecArray | undefined
}

type Passing = Route & { readonly target: Target }

function matched({ path: prefix = '', regex }: Route, path: string): Found | undefined {
  if (regex === undefined)
    return isWithin(path, prefix) ? { rest: path.slice(prefix.length), groups: undefined } : undefined
  const groups = regex.exec(path)
  return groups === null ? undefined : { rest: path, groups }
}

/** `/app` holds `/app` and `/app/x`, not `/apple`; `/app/` does not hold `/app`. */
function isWithin(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false
  return prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/'
}

function routed(route: Passing, found: Found & { path: string; target: string }): Routed | undefined {
  const { target: app } = route
  const mark = found.target.indexOf('?')
  const query = mark === -1 || app.noquery ? '' : found.target.slice(mark)
  const raw = mark === -1 ? found.target : found.target.slice(0, mark)
  const asWritten = app.nocanon && !hasDots(raw) ? matched(route, raw) : undefined
  const sent =
    asWritten === undefined ? expanded(app.base, found, escapedPath) : expanded(app.base, asWritten, (text) => text)
  if (sent === undefined) return undefined
  return { target: app, path: `${sent.startsWith('/') ? '' : '/'}${sent}${query}` }
}

function expanded(base: string, { rest, groups }: Found, escape: (text: string) => string): string | undefined {
  if (groups === undefined) return base + escape(rest)
  if (!/\$\d/.test(base)) return base + escape(rest)
  const path = base.replaceAll(/\$(\d)/g, (_, number: string) => escape(groups[Number(number)] ?? ''))
  return hasDots(path) ? undefined : path
}

/** A normalized path has none; a client's own spelling of it, and what a pattern puts together, may. */
function hasDots(path: string): boolean {
  return /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path)
}

/** Escapes what a URL's path cannot hold, as the real server does. */
export function escapedPath(path: string): string {
  return percentEncoded(path, /[^\w.~!$&'()*+,;=:@/-]+/g).replaceAll(/%../g, (escape) => escape.toUpperCase())
}
