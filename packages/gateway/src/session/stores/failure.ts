import { errorChain } from '../../lib/error-chain.ts'

/** What says that a server is not there at the moment, in the words of Node, pg, mysql2, ioredis and PostgreSQL itself. */
const absent: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STORE_TIMEOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  '53300',
  '57P01',
  '57P03',
])

const absentTexts =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Connection is closed|Reached the max retries|Command timed out|connect ENOENT)/

/** Whether a store failed because its server is away, which passes, rather than because of how it is set up. */
export function isAbsence(error: unknown): boolean {
  return errorChain(error).some(({ code, message }) => absent.has(code) || absentTexts.test(String(message)))
}

/** The innermost reason in an error: what the driver or the system said. */
export function reasonOf(error: unknown): string {
  let reason = error
  for (let depth = 0; reason instanceof Error && reason.cause instanceof Error && depth < 8; depth += 1)
    reason = reason.cause
  return reason instanceof Error && reason.message !== ''
    ? reason.message
    : String((reason as { code?: unknown })?.code ?? reason)
}
