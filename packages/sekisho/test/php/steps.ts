/**
 * Pages made of random steps, and the steps themselves: what `site/trace.php` does, in TypeScript.
 *
 * @module
 */
import type { PhpSession } from '../../src/php/functions/php-session.ts'
import { encoded, page } from './page.ts'
import { H } from './tracing-handler.ts'

/** A page. */
export interface Program {
  /** The sessions that are there. */
  readonly records: Readonly<Record<string, string>>
  /** The verbs that fail. */
  readonly failing: readonly string[]
  readonly steps: readonly string[]
}

/** What was seen of it: calls, warnings, and each step with its result. */
export interface Seen {
  readonly seen: readonly unknown[]
  readonly cookies: readonly string[]
}

const states = { disabled: 0, none: 1, active: 2 } as const

const deeds: Readonly<Record<string, (session: PhpSession) => unknown>> = {
  start: (session) => session.start(),
  'start strict': (session) => session.start({ use_strict_mode: 1 }),
  'start eager': (session) => session.start({ lazy_write: 0 }),
  'start sweeping': (session) => session.start({ gc_probability: 1, gc_divisor: 1 }),
  read: (session) => session.start({ read_and_close: 1 }),
  change(session) {
    session.vars['b'] = Number(session.vars['b'] ?? 0) + 1
    return null
  },
  empty(session) {
    session.vars = {}
    return null
  },
  close: (session) => session.writeClose(),
  abort: (session) => session.abort(),
  reset: (session) => session.reset(),
  destroy: (session) => session.destroy(),
  unset: (session) => session.unset(),
  regenerate: (session) => session.regenerateId(false),
  'regenerate, delete': (session) => session.regenerateId(true),
  'create id': async (session) => String(await session.createId('p-')).length > 2,
  gc: (session) => session.gc(),
  encode: (session) => encoded({ session }),
  decode: (session) => session.decode('c|i:7;'),
  'decode garbage': (session) => session.decode('garbage'),
  id: (session) => session.id(),
  'set id': (session) => session.id('other'),
  name: (session) => session.name('other'),
  status: (session) => states[session.status()],
  vars: (session) => ({ ...session.vars }),
}

/** The names of the steps. */
export const stepNames: readonly string[] = Object.keys(deeds)

/** Runs a page here, as PHP 8.2 would. */
export async function run({ records, failing, steps }: Program): Promise<Seen> {
  const seen: unknown[] = []
  const h = new H(records, { failing }, seen)
  const visited = page(
    { save_path: '/var/sessions' },
    {
      php: '8.2',
      cookie: 'PHPSESSID=abc',
      onNotice: ({ level, message }) => level !== 'deprecated' && seen.push(`!${message}`),
    },
  )
  visited.session.setSaveHandler(h, false)
  for (const step of steps) {
    const result = await resultOf(visited.session, step)
    seen.push([step, result])
  }
  await visited.session.writeClose()
  return { seen, cookies: visited.answer.lines.filter((line) => line.startsWith('Set-Cookie')) }
}

async function resultOf(session: PhpSession, step: string): Promise<unknown> {
  try {
    return await deeds[step]?.(session)
  } catch {
    return 'throws'
  }
}
