/**
 * PHP's own tests of the progress of uploads (`ext/session/tests/rfc1867*` of 8.4.24), over HTTP. Each has PHP's name, and what
 * that test asks for behind the colon.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeVars } from '../../src/php/format/vars.ts'
import { toJs } from '../../src/php/value/to-js.ts'
import { asked, files, formOf, type Part, storedIn, upload } from './uploads.ts'

const key = 'upload_progress_tests'
const kept = { 'upload_progress.cleanup': 0 }
const open = { use_only_cookies: 0 }

/** The variables of a stored session. */
function varsOf(data: string | undefined): Record<string, unknown> {
  return toJs(decodeVars('php', new TextEncoder().encode(data ?? ''))) as Record<string, unknown>
}

/** The ids of the sessions that have an entry. */
function idsWithProgress(stored: Readonly<Record<string, string>>): string[] {
  return Object.entries(stored).flatMap(([id, data]) => (data.includes(key) ? [id] : []))
}

test('rfc1867: without cleanup the entry stays: seven keys for each file, and done', async (t) => {
  const parts = [asked, ...files]
  const { stored, body } = await upload(t, parts, { ini: kept, cookie: 'PHPSESSID=rfc1867' })
  assert.equal(body, formOf(parts))
  const entry = varsOf(stored['rfc1867'])[key] as Record<string, unknown>
  const length = Buffer.byteLength(formOf(parts))
  assert.deepEqual(Object.keys(entry), ['start_time', 'content_length', 'bytes_processed', 'done', 'files'])
  assert.deepEqual([entry['content_length'], entry['bytes_processed'], entry['done']], [length, length, true])
  const seen = (entry['files'] as Record<string, unknown>[]).map(({ start_time: time, ...file }) => [typeof time, file])
  const rest = { tmp_name: null, error: 0, done: true }
  assert.deepEqual(seen, [
    ['number', { field_name: 'file1', name: 'file1.txt', ...rest, bytes_processed: 1 }],
    ['number', { field_name: 'file2', name: 'file2.txt', ...rest, bytes_processed: 2 }],
  ])
})

test('rfc1867_cleanup: with cleanup the entry is gone afterwards', async (t) => {
  const { stored } = await upload(t, [asked, ...files], { cookie: 'PHPSESSID=clean', sessions: { clean: 'a|i:1;' } })
  assert.deepEqual(stored, { clean: 'a|i:1;' })
})

test('rfc1867_disabled: without the directive there is no entry', async (t) => {
  const ini = { ...kept, 'upload_progress.enabled': 0 }
  assert.deepEqual((await upload(t, [asked, ...files], { ini, cookie: 'PHPSESSID=off' })).stored, {})
})

test('rfc1867_disabled_2: without the field there is no entry', async (t) => {
  assert.deepEqual((await upload(t, files, { ini: kept, cookie: 'PHPSESSID=off' })).stored, {})
})

test('rfc1867_no_name: nor where files come without it among other fields', async (t) => {
  const parts: Part[] = [['other', 'field'], ...files]
  assert.deepEqual((await upload(t, parts, { ini: kept, cookie: 'PHPSESSID=none' })).stored, {})
})

test('rfc1867_inter: a second field of that name in the same body is ignored', async (t) => {
  const [one, two] = files as [Part, Part]
  const parts: Part[] = [asked, one, ['PHP_SESSION_UPLOAD_PROGRESS', 'other'], two]
  const { stored } = await upload(t, parts, { ini: kept, cookie: 'PHPSESSID=inter' })
  assert.deepEqual(Object.keys(varsOf(stored['inter'])), [key])
})

test('rfc1867_sid_cookie: the id of the cookie wins over those of URL and form', async (t) => {
  const parts: Part[] = [['PHPSESSID', 'frompost'], asked, ...files]
  const { stored } = await upload(t, parts, {
    ini: { ...kept, ...open },
    cookie: 'PHPSESSID=fromcookie',
    query: '?PHPSESSID=fromget',
  })
  assert.deepEqual(idsWithProgress(stored), ['fromcookie'])
})

test('rfc1867_sid_get: the id of the URL, where there is no cookie and URLs count', async (t) => {
  const parts: Part[] = [['PHPSESSID', 'frompost'], asked, ...files]
  const { stored } = await upload(t, parts, { ini: { ...kept, ...open }, query: '?PHPSESSID=fromget' })
  assert.deepEqual(idsWithProgress(stored), ['fromget'])
})

test('rfc1867_sid_get_2: without use_cookies the URL wins over the cookie', async (t) => {
  const ini = { ...kept, ...open, use_cookies: 0 }
  const { stored } = await upload(t, [asked, ...files], {
    ini,
    cookie: 'PHPSESSID=fromcookie',
    query: '?PHPSESSID=fromget',
  })
  assert.deepEqual(idsWithProgress(stored), ['fromget'])
})

test('rfc1867_sid_post: the id of a field that comes before the files', async (t) => {
  const parts: Part[] = [['PHPSESSID', 'frompost'], asked, ...files]
  const { stored } = await upload(t, parts, { ini: { ...kept, ...open } })
  assert.deepEqual(idsWithProgress(stored), ['frompost'])
})

test('rfc1867_sid_only_cookie: under use_only_cookies URL and form are ignored', async (t) => {
  const parts: Part[] = [['PHPSESSID', 'frompost'], asked, ...files]
  const { stored } = await upload(t, parts, { ini: kept, cookie: 'PHPSESSID=fromcookie', query: '?PHPSESSID=fromget' })
  assert.deepEqual(idsWithProgress(stored), ['fromcookie'])
})

test('rfc1867_sid_only_cookie_2: and without a cookie there is no entry', async (t) => {
  const parts: Part[] = [['PHPSESSID', 'frompost'], asked, ...files]
  const { stored } = await upload(t, parts, { ini: kept, query: '?PHPSESSID=fromget' })
  assert.deepEqual(stored, {})
})

test('rfc1867_sid_invalid: with an id that no handler takes the upload itself succeeds', async (t) => {
  const parts = [asked, ...files]
  const { stored, body, status } = await upload(t, parts, { ini: kept, cookie: 'PHPSESSID=<x>' })
  assert.deepEqual([status, body, idsWithProgress(stored)], [200, formOf(parts), []])
})

test('bug79221: a malformed Content-Disposition: no entry, and the body goes through', async (t) => {
  const raw = formOf([asked, ['file1', '1', 'file1.txt']]).replaceAll('form-data; name', 'form-data; n')
  const { stored, body } = await upload(t, [], { ini: kept, cookie: 'PHPSESSID=odd', raw })
  assert.deepEqual([stored, body], [{}, raw])
})

test('another request sees how far the upload is, wherever the body is cut', async (t) => {
  const seen: number[] = []
  const parts: Part[] = [asked, ['file1', 'x'.repeat(400), 'é.txt']]
  const ini = { ...kept, 'upload_progress.freq': 1 }
  const { body, stored } = await upload(t, parts, {
    ini,
    cookie: 'PHPSESSID=slow',
    pieces: 97,
    between(memory) {
      const entry = varsOf(storedIn(memory)['slow'])[key] as
        | { files: { bytes_processed: number; name: string }[] }
        | undefined
      if (entry !== undefined) seen.push(entry.files[0]?.bytes_processed ?? 0)
    },
  })
  assert.equal(body, Buffer.from(formOf(parts)).toString('latin1'))
  assert.deepEqual(
    seen,
    seen.toSorted((one, other) => one - other),
  )
  assert.ok(new Set(seen).size > 2, String(seen))
  const { files: [file] = [] } = varsOf(stored['slow'])[key] as { files: Record<string, unknown>[] }
  assert.deepEqual([file?.['name'], file?.['bytes_processed']], ['é.txt', 400])
})

test('another request can cancel it: the file has PHP’s error 8, and the handler can see it', async (t) => {
  const parts: Part[] = [asked, ['file1', 'x'.repeat(600), 'one.txt'], ['file2', 'y', 'two.txt']]
  let isCancelled = false
  const { stored } = await upload(t, parts, {
    ini: { ...kept, 'upload_progress.freq': 1 },
    cookie: 'PHPSESSID=stop',
    pieces: 200,
    between(memory, signal) {
      isCancelled ||= signal?.aborted === true
      const data = storedIn(memory)['stop']
      if (data === undefined || data.includes('cancel_upload')) return
      const marked = data.replace(/a:5:\{/, 'a:6:{').replace(/\}$/, 's:13:"cancel_upload";b:1;}')
      memory.put('stop', new TextEncoder().encode(marked))
    },
  })
  const { files: listed } = varsOf(stored['stop'])[key] as { files: { error: number }[] }
  assert.deepEqual([isCancelled, listed.map(({ error }) => error)], [true, [8]])
})
