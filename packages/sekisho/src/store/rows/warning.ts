import type { RowStore } from './contract.ts'

const warned = new WeakSet<object>()

/** Says once for each resource what several processes do to each other over rows that cannot be compared and swapped. */
export function warnUnfenced<D>(rows: RowStore<D>): void {
  const resource = rows.resource ?? rows
  if (warned.has(resource)) return
  warned.add(resource)
  const revived = rows.updateCreates ? ', and a session that one of them ends can be brought back by another' : ''
  warn(
    'These sessions are kept in rows that cannot be locked or updated conditionally. Within one process nothing is lost; of ' +
      `several processes, the later write of a session undoes the earlier one${revived}. Give the row store \`updateIf\` and ` +
      '`deleteIf`, or `withLock`; or say `shared: false` when only one process uses it',
  )
}

interface Warner {
  emitWarning?(message: string, options: { readonly type: string; readonly code: string }): void
}

function warn(message: string): void {
  const { process } = globalThis as { process?: Warner }
  if (process?.emitWarning === undefined) console.warn(message)
  else process.emitWarning(message, { type: 'SekishoWarning', code: 'SEKISHO_UNFENCED' })
}
