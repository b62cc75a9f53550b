import { CommandError, exitCodes } from '../../command/terminal/command-error.ts'
import { pagesOf, type Search } from '../pages.ts'
import type { SiteStore } from '../site-stores-node.ts'

/** A session by its address, and the store that it is in. */
export interface Located {
  readonly address: string
  readonly in: SiteStore
}

/** Fewer digits than these could fit by chance. */
const fewestDigits = 8

/**
 * Finds the session of a handle: its address, with the number of logins behind it as apps and logs know it, or the first digits
 * of it as a list shows them. Digits are looked for in all sessions; a whole address costs one read per store.
 *
 * @returns Undefined when no such session is alive.
 * @throws CommandError for what is no handle, and for digits that several sessions begin with.
 */
export async function locate(text: string, stores: readonly SiteStore[], search: Search): Promise<Located | undefined> {
  const digits = digitsOf(text)
  if (digits.length < 64) return locateByDigits(digits, stores, search)
  for (const store of stores) if ((await store.store.read(digits)) !== undefined) return { address: digits, in: store }
  return undefined
}

function digitsOf(text: string): string {
  const [, digits = ''] = /^([0-9a-f]+)…?(?:-\d+)?$/.exec(text.trim().toLowerCase()) ?? []
  if (digits.length >= fewestDigits && digits.length <= 64) return digits
  // Not shown: somebody may have pasted the cookie instead, which is a secret.
  throw new CommandError(
    {
      code: 'no-handle',
      what: 'What was given is no handle of a session',
      why: `a handle has 64 hexadecimal digits, of which the first ${fewestDigits} or more are enough; the value of a cookie is none`,
      fix: 'take it from `sekisho sessions list`, or from the log',
    },
    { exitCode: exitCodes.usage },
  )
}

async function locateByDigits(
  digits: string,
  stores: readonly SiteStore[],
  search: Search,
): Promise<Located | undefined> {
  let found: Located | undefined
  for await (const located of sessionsIn(stores, search)) {
    if (!located.address.startsWith(digits) || located.address === found?.address) continue
    if (found !== undefined) throw ambiguous(digits)
    found = located
  }
  return found
}

async function* sessionsIn(stores: readonly SiteStore[], { signal, onSeen }: Search): AsyncGenerator<Located> {
  let seen = 0
  for (const store of stores)
    for await (const page of pagesOf(store, signal)) {
      if (seen > 0) onSeen?.(seen)
      seen += page.length
      for (const { address } of page) yield { address, in: store }
    }
}

function ambiguous(digits: string): CommandError {
  return new CommandError({
    code: 'ambiguous-handle',
    what: `Several sessions have handles that begin with ${digits}`,
    why: 'which of them is meant cannot be told',
    fix: 'give more digits; `sekisho sessions list --json` shows all 64',
  })
}
