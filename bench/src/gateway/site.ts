import type { FrontContender } from './contract.ts'

/** Apache's modules for a contender without a session, and for all others. */
export const apacheModules = {
  plain: ['proxy', 'proxy_http'],
  session: ['proxy', 'proxy_http', 'headers', 'session', 'session_cookie', 'session_crypto'],
} as const

/** The header in which the app sees the session, and the one with which it fills one at `/make`. */
export const header = { seen: 'X-Seen', made: 'X-Made' } as const

/** How much the app answers. */
export const answerOctets = 1024

/** Where the app fills the session with what the query says. */
export const makePath = '/make'

/** Connections stay open as long as the bench wants them, whatever the program. */
const connections = `KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 600
Timeout 600`

/** The configuration of a contender: the same text for Apache and for the gateway. */
export function siteOf({ session }: Pick<FrontContender, 'session'>, app: string): string {
  const lines = [connections, `ProxyPass / ${app}/`]
  if (session !== undefined) lines.push(section('/', sessionLines(session)), section(makePath, maker))
  return lines.join('\n')
}

const maker = `SessionHeader ${header.made}`

function sessionLines(session: string): string {
  return ['Session On', 'SessionEnv On', `RequestHeader set ${header.seen} "%{HTTP_SESSION}e"`, session].join('\n')
}

function section(path: string, lines: string): string {
  return `<Location ${path}>\n${lines}\n</Location>`
}
