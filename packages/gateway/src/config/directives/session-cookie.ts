import { anywhere } from '../contexts.ts'
import { type Directive, type ModuleTable, optional, single } from '../directive.ts'
import { cookie, flag, type NamedCookie } from '../readers.ts'

const contexts = anywhere('AuthConfig')

export const SessionCookieName: Directive<NamedCookie | undefined> = optional({
  name: 'SessionCookieName',
  contexts,
  takes: 'RAW_ARGS',
  syntax: 'name attributes',
  read: cookie(/[=&]/, "SessionCookieName cannot be empty, or contain '=' or '&'."),
  help: 'The name and the attributes of the cookie that carries the session.',
})

export const SessionCookieName2: Directive<NamedCookie | undefined> = optional({
  name: 'SessionCookieName2',
  contexts,
  takes: 'RAW_ARGS',
  syntax: 'name attributes',
  read: cookie(/[=&]/, "SessionCookieName2 cannot be empty, or contain '=' or '&'."),
  help: 'Like SessionCookieName, for cookies of RFC 2965, which no browser sends any more.',
})

export const SessionCookieRemove: Directive<boolean> = single({
  name: 'SessionCookieRemove',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: false,
  help: 'Keeps the cookie of the session from the app behind.',
  notes: 'Not set: On where the session is kept on the server, whose secret is of no use to the app.',
})

export const SessionCookieMaxAge: Directive<boolean> = single({
  name: 'SessionCookieMaxAge',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: true,
  help: 'Whether the cookie says Max-Age. The server enforces the lifetime either way.',
  origin: 'apache-trunk',
})

export const SessionCookieSecure: Directive<boolean> = single({
  name: 'SessionCookieSecure',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: false,
  help: 'Whether a cookie that no directive names is Secure on plain HTTP too; on HTTPS it always is.',
  origin: 'sekisho',
})

export const sessionCookieModule: ModuleTable = {
  file: 'mod_session_cookie.c',
  id: 'session_cookie_module',
  help: 'Sessions in a cookie.',
  directives: [SessionCookieName, SessionCookieName2, SessionCookieRemove, SessionCookieMaxAge, SessionCookieSecure],
}
