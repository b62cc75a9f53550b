import type { SessionAdmin } from 'sekisho'
import type { CsrfGuard } from 'sekisho/csrf'
import type { OwnSession, ShopSession } from './data.ts'
import type { Door } from './door.ts'
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
  /** Whether anything is stored about the visitor. */
  readonly isKnown: boolean
  /** Who is signed in, as the request began. */
  readonly user: User | undefined
  readonly language: Language
  readonly texts: Texts
  /** Where one signs in and out. */
  readonly door: Door
  /** Undefined where forms need none. */
  readonly proof: Proof | undefined
}

/** What the forms of a user bring along, to show that they come from a page of theirs. */
export interface Proof {
  /** The token for a form. */
  token(): string
  /** Whether a token is one of this user's. */
  holds(token: string | null): boolean
}

/** One request to a shop that keeps its own sessions. */
export interface OwnVisit extends Visit {
  readonly session: OwnSession
  readonly services: Services
}

/** What a shop with its own sessions has beside the visitor. */
export interface Services {
  readonly users: Users
  readonly admin: SessionAdmin
  /** Makes and checks the tokens of forms. */
  readonly csrf: CsrfGuard
}

/** What goes back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers one kind of request. */
export type Handler<V extends Visit = Visit> = (visit: V) => Answer | Promise<Answer>
