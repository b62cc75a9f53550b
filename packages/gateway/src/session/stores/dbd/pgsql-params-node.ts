import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ProblemError } from '../../problems.ts'

/** How to reach PostgreSQL, as pg takes it. */
export interface PgsqlParams {
  readonly connectionString?: string
  readonly host?: string
  readonly port?: number
  readonly database?: string
  readonly user?: string
  readonly password?: string
  readonly application_name?: string
  readonly options?: string
  readonly connectionTimeoutMillis?: number
  readonly ssl?: ConnectionOptions | false
}

/** Keywords of libpq that say nothing to this client. */
const ignored: ReadonlySet<string> = new Set([
  'client_encoding',
  'fallback_application_name',
  'gssencmode',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'krbsrvname',
  'sslcompression',
  'tcp_user_timeout',
])

const taken = [
  'host',
  'hostaddr',
  'port',
  'dbname',
  'user',
  'password',
  'application_name',
  'options',
  'connect_timeout',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
] as const

type Words = { readonly [name in (typeof taken)[number]]?: string }

/** Reads what libpq's `PQconnectdb` reads: `host=localhost dbname=shop user=shop password='a b'`, or a `postgresql://` URI. */
export function pgsqlParams(text: string): PgsqlParams {
  if (/^postgres(?:ql)?:\/\//.test(text)) return { connectionString: text }
  const words = wordsOf(text)
  const { application_name, options, user, password } = words
  const host = words.hostaddr ?? words.host
  const ssl = sslOf(words)
  return {
    ...(host !== undefined && { host }),
    ...(words.port !== undefined && { port: numberOf('port', words.port) }),
    ...(words.dbname !== undefined && { database: words.dbname }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(application_name !== undefined && { application_name }),
    ...(options !== undefined && { options }),
    ...(words.connect_timeout !== undefined && {
      connectionTimeoutMillis: numberOf('connect_timeout', words.connect_timeout) * 1000,
    }),
    ...(ssl !== undefined && { ssl }),
  }
}

/** `keyword = value`, where a value is bare or between single quotes, and a backslash takes the next character as it is. */
const word = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\[\s\S])*)'|((?:[^\s'\\]|\\[\s\S])*))(?=\s|$)/y

function wordsOf(text: string): Words {
  const words: Record<string, string> = {}
  word.lastIndex = 0
  while (text.slice(word.lastIndex).trim() !== '') {
    const at = word.lastIndex
    const [, name = '', quoted, bare = ''] = word.exec(text) ?? []
    const keyword = name.toLowerCase()
    if (!isTaken(keyword) && !ignored.has(keyword)) throw unreadable(keyword === '' ? at : keyword)
    words[keyword] = (quoted ?? bare).replaceAll(/\\([\s\S])/g, '$1')
  }
  return words
}

function isTaken(keyword: string): boolean {
  return (taken as readonly string[]).includes(keyword)
}

/** `prefer`, which is libpq's default, means without: a server that speaks TLS only says so. */
function sslOf({ sslmode, sslrootcert, sslcert, sslkey }: Words): PgsqlParams['ssl'] {
  const files = {
    ...(sslrootcert !== undefined && { ca: fileOf('sslrootcert', sslrootcert) }),
    ...(sslcert !== undefined && { cert: fileOf('sslcert', sslcert) }),
    ...(sslkey !== undefined && { key: fileOf('sslkey', sslkey) }),
  }
  switch (sslmode) {
    case undefined:
    case 'disable':
    case 'allow':
    case 'prefer':
      return undefined
    case 'require':
      // As in libpq: encrypted, and checked only where a root certificate is given.
      return { ...files, rejectUnauthorized: sslrootcert !== undefined, checkServerIdentity: () => undefined }
    case 'verify-ca':
      return { ...files, checkServerIdentity: () => undefined }
    case 'verify-full':
      return files
    default:
      throw new ProblemError({ code: 'bad-value', message: 'DBDParams: sslmode is unknown', found: sslmode })
  }
}

function fileOf(keyword: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new ProblemError({
      code: 'bad-value',
      message: `DBDParams: ${keyword} cannot be read`,
      found: `${path}: ${code}`,
    })
  }
}

function numberOf(keyword: string, value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value)
  throw new ProblemError({ code: 'bad-value', message: `DBDParams: ${keyword} must be a number`, found: value })
}

function unreadable(at: string | number): ProblemError {
  const found = typeof at === 'number' ? `something else at character ${at + 1}` : at
  const expected = `${taken.join(', ')}, each as keyword=value`
  return new ProblemError({ code: 'bad-value', message: 'DBDParams cannot be read', expected, found })
}
