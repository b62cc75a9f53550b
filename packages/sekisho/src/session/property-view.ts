import type { Members } from './merge.ts'

/** The methods that a view needs. */
interface Keyed {
  get(key: string): unknown
  set(key: string, value: unknown): void
  delete(key: string): boolean
  has(key: string): boolean
  keys(): string[]
}

/** A session's data as plain properties: every access is one of the session's own methods. */
export function propertyView(session: Keyed): Members {
  const handler: ProxyHandler<Members> = {
    get: (_, key) => (typeof key === 'string' ? session.get(key) : undefined),
    set(_, key, value) {
      if (typeof key !== 'string') return false
      if (value === undefined) session.delete(key)
      else session.set(key, value)
      return true
    },
    has: (_, key) => typeof key === 'string' && session.has(key),
    deleteProperty: (_, key) => typeof key === 'string' && (session.delete(key), true),
    ownKeys: () => session.keys(),
    getOwnPropertyDescriptor(_, key) {
      if (typeof key !== 'string' || !session.has(key)) return undefined
      return { value: session.get(key), writable: true, enumerable: true, configurable: true }
    },
    defineProperty: () => false,
  }
  // Printing looks past a proxy at its target, so that is where Node finds what to print.
  const inspect = { value: () => ({ ...view }), configurable: true }
  const view: Members = new Proxy(Object.defineProperty({}, Symbol.for('nodejs.util.inspect.custom'), inspect), handler)
  return view
}
