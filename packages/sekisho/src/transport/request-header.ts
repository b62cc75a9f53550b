import type { RequestHeaders } from './contract.ts'

/**
 * One header of a request. Several of one name count as one, as RFC 9110 5.3 joins them, so that a doubled header is
 * never taken for an absent one.
 *
 * @param name In lower case.
 */
export function header(headers: RequestHeaders, name: string): string | undefined {
  // A visitor may send a header called `get`; in Node's object that is a string.
  const value = typeof headers.get === 'function' ? headers.get(name) : (headers as Record<string, unknown>)[name]
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' ? value : undefined
}
