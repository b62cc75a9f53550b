import type { DatabasePlan } from '../../session/stores/dbd/database-store.ts'
import { errorChain } from '../../lib/error-chain.ts'
import { isAbsence } from '../../session/stores/failure.ts'
import { advice, type Advice } from '../finding.ts'
import { databasePlace, startCommand } from '../mend/clients.ts'
import { quoted } from '../mend/shell.ts'

/** What a database said, or did not say, to a connection, and what mends it. */
export function connectionAdvice(error: unknown, plan: DatabasePlan, reason: string): Advice {
  const { driver, terms } = plan
  const { host, port, user, database } = databasePlace(driver, terms.params)
  const codes = codesOf(error)
  const is = (...wanted: string[]) => wanted.some((code) => codes.has(code))
  if (is('3D000', 'ER_BAD_DB_ERROR')) {
    const fix = 'make the database, or write the right one into DBDParams'
    const command = createDatabase(plan)
    return advice('error', 'database-missing', `The database does not exist: ${reason}`, { fix, command })
  }
  if (is('28P01', '28000', 'ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR')) return refused(plan, reason)
  if (is('ENOTFOUND', 'EAI_AGAIN')) {
    const fix = `write the name of a machine that is there into DBDParams; getent hosts ${host ?? ''} tells`
    return advice('error', 'store-away', `The database cannot be found: ${reason}`, { fix })
  }
  const where = host === undefined ? '' : ` at ${host}${port === undefined ? '' : `:${port}`}`
  if (isAbsence(error) && driver !== 'sqlite3') {
    const isSilent =
      is('ETIMEDOUT', 'ERR_STORE_TIMEOUT') || errorChain(error).some(({ message }) => /timeout/i.test(String(message)))
    const message = `The database${where} does not answer${isSilent ? ' in time' : `: ${reason}`}`
    if (isSilent)
      return advice('error', 'store-away', message, {
        fix: 'see whether a firewall is in between, and whether host and port in DBDParams are right',
      })
    return advice('error', 'store-away', message, { fix: 'start it', command: startCommand(driver, host) })
  }
  const who = user === undefined && database === undefined ? '' : ` (${[user, database].filter(Boolean).join('@')})`
  return advice('error', 'store-away', `The database cannot be used${who}: ${reason}`)
}

/** A wrong password is not told from a user that is not there by MariaDB; PostgreSQL says so. */
function refused({ driver, terms }: DatabasePlan, reason: string): Advice {
  const { host, port, user = '' } = databasePlace(driver, terms.params)
  const message = `The database does not let the gateway in: ${reason}`
  const fix = 'write the right user and password into DBDParams'
  if (driver !== 'pgsql' || !/role ".*" does not exist/.test(reason))
    return advice('error', 'login-refused', message, { fix })
  const command = `createuser ${pgsqlWords(host, port)}--pwprompt ${quoted(user)}`
  return advice('error', 'login-refused', message, { fix: `${fix}, or make the user`, command })
}

function createDatabase({ driver, terms }: DatabasePlan): string {
  const { host, port, user, database = '' } = databasePlace(driver, terms.params)
  const owner = user === undefined ? '' : `--username=${quoted(user)} `
  if (driver === 'pgsql') return `createdb ${pgsqlWords(host, port)}${owner}${quoted(database)}`
  const words = [host && `--host=${quoted(host)}`, port && `--port=${port}`, user && `--user=${quoted(user)}`]
  return `mariadb ${words.filter(Boolean).join(' ')} -e ${quoted(`CREATE DATABASE \`${database}\``)}`
}

function pgsqlWords(host: string | undefined, port: number | undefined): string {
  return `${host === undefined ? '' : `--host=${quoted(host)} `}${port === undefined ? '' : `--port=${port} `}`
}

/** The codes of an error and of all that led to it. */
export function codesOf(error: unknown): ReadonlySet<string> {
  return new Set(errorChain(error).flatMap(({ code }) => (code === undefined ? [] : [String(code)])))
}
