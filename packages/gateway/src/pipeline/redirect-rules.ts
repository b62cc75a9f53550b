import { pathPrefix } from '../config/sections.ts'
import { Redirect, type RedirectRule } from '../config/directives/alias.ts'
import { textValue } from '../config/expression/evaluate.ts'
import type { ExpressionRequest } from '../config/expression/vocabulary.ts'
import type { Settings } from '../config/settings.ts'
import { encodePath } from './request-target.ts'

/** Where a request is sent. */
export interface Redirection {
  readonly status: number
  /** A URL, or a path of this site; undefined for a status without one, such as 410. */
  readonly location: string | undefined
}

/** The first redirect that fits a request. */
export type FindRedirect = (request: ExpressionRequest) => Redirection | undefined

/**
 * Prepares redirects once for all requests. Those of the server itself come before logins and only where no app answers, those
 * of sections behind logins, as in the real server.
 */
export function prepareRedirects(
  settings: Settings,
  server: Settings,
): { readonly ofServer: FindRedirect | undefined; readonly ofSections: FindRedirect | undefined } {
  const ofServer = server.get(Redirect)
  const ofSections = settings.get(Redirect).filter((rule) => !ofServer.includes(rule))
  return { ofServer: finderOf(ofServer), ofSections: finderOf(ofSections) }
}

function finderOf(rules: readonly RedirectRule[]): FindRedirect | undefined {
  if (rules.length === 0) return undefined
  const prepared = rules.map(prepare)
  return (request) => {
    for (const find of prepared) {
      const found = find(request)
      if (found !== undefined) return found
    }
    return undefined
  }
}

function prepare({ status, path, regex, target }: RedirectRule): FindRedirect {
  if (regex !== undefined)
    return (request) => {
      const match = regex.exec(request.path)
      if (match === null) return undefined
      const groups = match.map((group) => encodePath(group ?? ''))
      return { status, location: target && withQuery(textValue(target, request, groups), request) }
    }
  const matches = path === undefined ? undefined : pathPrefix(path)
  return (request) => {
    if (matches !== undefined && !matches(request.path)) return undefined
    const rest = path === undefined ? '' : encodePath(request.path.slice(path.length))
    return { status, location: target && withQuery(textValue(target, request) + rest, request) }
  }
}

/** The query goes along, unless the target has one. */
function withQuery(location: string, { query }: ExpressionRequest): string {
  return query === undefined || location.includes('?') ? location : `${location}?${query}`
}
