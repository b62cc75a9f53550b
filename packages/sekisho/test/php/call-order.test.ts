/**
 * The order of calls toward a save handler, as PHP 8.2.36 was seen to make them: `save-handler-call-order.txt` has one line for
 * each way through the functions, with the calls, the warnings behind a `!`, and the result of the last function.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createPhpSession } from '../../src/php/functions/create.ts'
import type { PhpSession } from '../../src/php/functions/php-session.ts'
import type { IniInput } from '../../src/php/ini/directive-kinds.ts'
import { type Faults, H } from './tracing-handler.ts'

const traces = new Map(
  readFileSync(new URL('save-handler-call-order.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, 46).trimEnd(), line.slice(47).trim()] as const),
)

interface Way {
  /** The id that the request sends; none: `abc`. */
  readonly id?: string | null
  readonly ini?: Readonly<Record<string, IniInput>>
  readonly records?: Readonly<Record<string, string>>
  readonly faults?: Faults
  /** What the page does after the start, or instead of it. */
  readonly page?: (session: PhpSession) => unknown
  readonly startsNot?: boolean
}

const strict = { 'session.use_strict_mode': 1 }
const always = { 'session.gc_probability': 1, 'session.gc_divisor': 1 }
const change = (session: PhpSession): void => {
  session.vars['b'] = 2
}
const changeAndClose = (session: PhpSession): unknown => {
  change(session)
  return session.writeClose()
}
const close = (session: PhpSession): unknown => session.writeClose()

/** What leads to each line. */
const ways: Readonly<Record<string, Way>> = {
  'start, no id': { id: null },
  'start, id exists': {},
  'start, id unknown, non-strict': { id: 'zzz' },
  'start, id unknown, strict': { id: 'zzz', ini: strict },
  'start, id known, strict': { ini: strict },
  'start, no id, strict': { id: null, ini: strict },
  'start with GC 100%': { ini: always },
  'start+write_close unchanged lazy': { page: close },
  'start+write_close unchanged lazy=0': { ini: { 'session.lazy_write': 0 }, page: close },
  'start+write_close changed': { page: changeAndClose },
  'start+write_close empty session': { id: 'e', records: { e: '' }, page: close },
  'emptied session': {
    page: (session) => {
      session.vars = {}
      return session.writeClose()
    },
  },
  read_and_close: { startsNot: true, page: (session) => session.start({ read_and_close: true }) },
  abort: { page: (session) => session.abort() },
  reset: { page: (session) => session.reset() },
  destroy: { page: (session) => session.destroy() },
  'regenerate(false)': { page: (session) => session.regenerateId(false) },
  'regenerate(true)': { page: (session) => session.regenerateId(true) },
  'regenerate(false) strict': { ini: strict, page: (session) => session.regenerateId(false) },
  'regenerate then write_close': {
    page: async (session) => {
      await session.regenerateId(false)
      return session.writeClose()
    },
  },
  'session_gc()': { page: (session) => session.gc() },
  'session_create_id() active': { page: (session) => session.createId('p-') },
  'session_create_id() inactive': {
    startsNot: true,
    page: async (session) => ((await session.createId('p-')) as string).length,
  },
  'open fails': { faults: { failing: ['open'] } },
  'read fails': { faults: { failing: ['read'] } },
  'write fails': { faults: { failing: ['write'] }, page: changeAndClose },
  'updateTimestamp fails': { faults: { failing: ['updateTimestamp'] }, page: close },
  'destroy fails': { faults: { failing: ['destroy'] }, page: (session) => session.destroy() },
  'regenerate(true) destroy fails': {
    faults: { failing: ['destroy'] },
    page: (session) => session.regenerateId(true),
  },
  'regenerate(false) write fails': { faults: { failing: ['write'] }, page: (session) => session.regenerateId(false) },
  'corrupt data': { records: { abc: 'garbage' } },
  'second start in same request': {
    page: async (session) => {
      await session.writeClose()
      return session.start()
    },
  },
  'start twice': { page: (session) => session.start() },
  'write_close twice': {
    page: async (session) => {
      await session.writeClose()
      return session.writeClose()
    },
  },
  unset: { page: (session) => session.unset() },
}

/** Goes a way. @returns The line that the file has for it. */
async function traceOf({
  id = 'abc',
  ini = {},
  records = { abc: 'a|i:1;' },
  faults = {},
  page,
  startsNot,
}: Way): Promise<string> {
  const handler = new H(records, faults)
  const defaults = { 'session.gc_probability': 0, 'session.save_path': '/var/lib/php/sessions' }
  const session = createPhpSession(
    { ...defaults, ...ini },
    { headers: id === null ? {} : { cookie: `PHPSESSID=${id}` } },
    { php: '8.2', onNotice: ({ message }) => handler.calls.push(`!${message}`) },
  )
  session.setSaveHandler(handler)
  let result: unknown = startsNot === true ? undefined : await session.start()
  if (page !== undefined) result = await page(session)
  if (session.status() === 'active') handler.calls.push('<still active>')
  return `${[...handler.calls, ''].join(' ')} => ${typeof result === 'string' ? `'${result}'` : String(result)}`.trim()
}

test('the file has a line for every way, and every line is gone', () => {
  assert.deepEqual(Object.keys(ways).toSorted(), [...traces.keys()].toSorted())
  assert.equal(traces.size, 35)
})

for (const [name, way] of Object.entries(ways)) {
  test(`calls the handler as PHP does: ${name}`, async () => {
    assert.equal(await traceOf(way), traces.get(name))
  })
}
