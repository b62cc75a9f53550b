import type { SessionAdmin } from 'sekisho'
import type { CsrfGuard } from 'sekisho/csrf'
import type { ShopSession } from './data.ts'
import type { Language, Texts } from './texts.ts'
import type { User, Users } from './users.ts'

/** One request, as the routes see it. */
export interface Visit {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Path and query of the page; of a form, the page that it goes back to. */
  readonly page: string
  /** The last part of the path, where the route has one that varies. */
  readonly id: string
  /** The fields of the form; empty unless it is a POST. */
  readonly form: URLSearchParams
  readonly userAgent: string | undefined
  readonly session: ShopSession
  /** Who is signed in, as the request began. */
  readonly user: User | undefined
  readonly language: Language
  readonly texts: Texts
  readonly services: Services
}

/** What the shop has beside the visitor. */
export interface Services {
  readonly users: Users
  readonly admin: SessionAdmin
  /** Keeps out the forms of other sites. */
  readonly csrf: CsrfGuard
}

/** What goes back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers one kind of request. */
export type Handler = (visit: Visit) => Answer | Promise<Answer>
