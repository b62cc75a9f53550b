import { ProblemError } from '../../problems.ts'

/** How to reach MySQL or MariaDB. */
export interface MysqlParams {
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
  readonly socketPath?: string
}

/** What DBDParams names, and what becomes of it; without a name, it is about Apache's own client, and has no effect here. */
const fields: Readonly<Record<string, keyof MysqlParams | undefined>> = {
  host: 'host',
  port: 'port',
  user: 'user',
  pass: 'password',
  dbname: 'database',
  sock: 'socketPath',
  flags: undefined,
  fldsz: undefined,
  group: undefined,
  reconnect: undefined,
}

/** Reads `host=localhost,port=3306,user=shop,pass=secret,dbname=shop`, in which blanks and `,`, `;`, `|` separate. */
export function mysqlParams(text: string): MysqlParams {
  const params: Record<string, string | number> = {}
  for (const pair of text.split(/[\s,;|]+/).filter((part) => part !== '')) {
    const [, name = '', value = ''] = /^([a-z]+)=(.*)$/i.exec(pair) ?? []
    const field = name.toLowerCase()
    if (!Object.hasOwn(fields, field)) throw unknown(name === '' ? 'a part without =' : name)
    const target = fields[field]
    if (target !== undefined) params[target] = target === 'port' ? portOf(value) : value
  }
  return params
}

function portOf(value: string): number {
  const port = Number(value)
  if (/^\d{1,5}$/.test(value) && port > 0 && port < 65_536) return port
  throw new ProblemError({ code: 'bad-value', message: 'DBDParams: the port must be a number', found: value })
}

function unknown(found: string): ProblemError {
  const expected = `${Object.keys(fields).join('=, ')}=, separated by commas`
  return new ProblemError({ code: 'bad-value', message: 'DBDParams cannot be read', expected, found })
}
