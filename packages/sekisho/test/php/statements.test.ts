/**
 * What the document on PHP's sessions states, sentence by sentence, over HTTP: of real PHP, of its exact behaviour here, and of the
 * safe behaviour. One client asks all three and expects the same; where the safe behaviour differs, the test says so.
 */
import assert from 'node:assert/strict'
import { statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Directives } from './directives.ts'
import { sessionFolder, store, storedIn } from './page.ts'
import { Browser, ourSite, phpSite, type Site } from './site/site.ts'
import { asked, files as uploaded, formOf, formType } from './uploads.ts'

/** PHP's own defaults; Debian's `php.ini` has others. */
const usual: Directives = { gc_probability: 0, use_strict_mode: 0, cookie_httponly: 0, cookie_samesite: '' }

/** Asks all three. */
async function everywhere(ini: Directives, look: (site: Site) => Promise<void>): Promise<void> {
  const { use_strict_mode: _, ...forSafe } = { ...usual, ...ini }
  const makers = [
    () => phpSite({ folder: sessionFolder(), ini: { ...usual, ...ini } }),
    () => ourSite({ folder: sessionFolder(), ini: { ...usual, ...ini } }, '8.2'),
    () => ourSite({ folder: sessionFolder(), ini: 'use_strict_mode' in ini ? { ...usual, ...ini } : forSafe }, 'safe'),
  ]
  for (const make of makers) {
    const site = await make()
    try {
      await look(site)
    } finally {
      await site.stop()
    }
  }
}

const idPattern = /^[0-9a-f]{32}$/

test('R1: variables are kept on the server from page to page; the client has an id of 128 bits', () =>
  everywhere({}, async (site) => {
    const browser = new Browser(site)
    const first = await browser.ask('?do=count')
    assert.match(String(first.said['id']), idPattern)
    assert.deepEqual(first.cookies, [`PHPSESSID=${String(first.said['id'])}; path=/`])
    assert.equal((await browser.ask('?do=count')).said['n'], 2)
    assert.equal((await new Browser(site).ask('?do=count')).said['n'], 1)
  }))

test('R2: without a start there is no session; auto_start makes it automatic', async () => {
  await everywhere({}, async (site) => {
    const { said, cookies } = await new Browser(site).ask('?do=nothing')
    assert.deepEqual([said, cookies], [{ id: '', status: 1, sid: null }, []])
  })
  await everywhere({ auto_start: 1 }, async (site) => {
    const { said, cookies } = await new Browser(site).ask('?do=again')
    assert.match(String(said['id']), idPattern)
    assert.deepEqual([said['status'], said['started'], said['again'], cookies.length], [2, true, true, 1])
  })
})

test('R3: a start allocates storage for a visitor who has none; the safe behaviour waits for something to store', () =>
  everywhere({}, async (site) => {
    const { said } = await new Browser(site).ask('?do=start')
    assert.deepEqual(storedIn(site.folder), site.isSafe ? {} : { [String(said['id'])]: '' })
    if (!site.isSafe) assert.equal(statSync(join(site.folder, `sess_${String(said['id'])}`)).mode & 0o777, 0o600)
  }))

test('R4: a start with an id restores the variables', () =>
  everywhere({}, async (site) => {
    store(site.folder, 'abcdefabcdefabcdefabcdefabcdefab', 'name|s:6:"関所";list|a:2:{i:0;i:1;i:1;d:1.5;}')
    const { said } = await new Browser(site, 'PHPSESSID=abcdefabcdefabcdefabcdefabcdefab').ask('?do=read')
    assert.deepEqual(said['vars'], { name: '関所', list: [1, 1.5] })
  }))

test('R5: a start sweeps with the probability that was set', async () => {
  const sweeps = async (site: Site): Promise<boolean> => {
    store(site.folder, 'old', 'a|i:1;')
    utimesSync(join(site.folder, 'sess_old'), 1, 1)
    await new Browser(site).ask('?do=start')
    return !('old' in storedIn(site.folder))
  }
  await everywhere({ gc_probability: 1, gc_divisor: 1 }, async (site) => assert.equal(await sweeps(site), true))
  await everywhere({ gc_probability: 0 }, async (site) => assert.equal(await sweeps(site), false))
})

test('R6: the variables are written at the end, without being asked to, and when the page fails', () =>
  everywhere({}, async (site) => {
    const browser = new Browser(site)
    const { status } = await browser.ask('?do=throw')
    assert.equal(status, 500)
    assert.deepEqual((await browser.ask('?do=read')).said['vars'], { before: 'kept' })
  }))

test('R7: the cookie goes with the headers: one, for a new id, and none for an id that came', () =>
  everywhere(
    { cookie_lifetime: 3600, cookie_path: '/', cookie_secure: 1, cookie_httponly: 1, cookie_samesite: 'Lax' },
    async (site) => {
      const browser = new Browser(site)
      const { cookies, said, header } = await browser.ask('?do=count')
      const [cookie = ''] = cookies
      const parts = cookie.replace(
        /expires=[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT/,
        'expires=DATE',
      )
      const wanted = `PHPSESSID=${String(said['id'])}; expires=DATE; Max-Age=3600; path=/; secure; HttpOnly; SameSite=Lax`
      assert.deepEqual([cookies.length, parts], [1, wanted])
      assert.deepEqual((await browser.ask('?do=count')).cookies, [])
      assert.deepEqual(
        [header('expires'), header('cache-control'), header('pragma')],
        ['Thu, 19 Nov 1981 08:52:00 GMT', 'no-store, no-cache, must-revalidate', 'no-cache'],
      )
    },
  ))

test('R8: with use_trans_sid, links and forms carry the id for who has no cookies', () =>
  everywhere({ use_trans_sid: 1, use_only_cookies: 0, use_cookies: 1 }, async (site) => {
    const { body, cookies } = await new Browser(site).ask('?do=links')
    const id = /PHPSESSID=([^;]+)/.exec(cookies[0] ?? '')?.[1] ?? ''
    const field = `<input type="hidden" name="PHPSESSID" value="${id}" />`
    const away = '<a href="http://elsewhere.test/">away</a>'
    assert.equal(body, `<a href="next.html?PHPSESSID=${id}">on</a>${away}<form action="form.html">${field}<p></form>`)
    const known = new Browser(site, `PHPSESSID=${id}`)
    assert.ok(!(await known.ask('?do=links')).body.includes(id))
  }))

test('R9: sessions are files, one for each, named sess_ and the id, in save_path', () =>
  everywhere({}, async (site) => {
    const { said } = await new Browser(site).ask('?do=count')
    assert.deepEqual(storedIn(site.folder), { [String(said['id'])]: 'n|i:1;' })
  }))

test('R10: the id is looked for in the cookie, then in the URL, then in the form; an empty one counts', () =>
  everywhere({ use_only_cookies: 0, use_strict_mode: 0 }, async (site) => {
    const idOf = async (cookie: string | undefined, query: string, form?: string): Promise<unknown> =>
      (await new Browser(site, cookie).ask(`?do=read${query}`, form)).said['id']
    assert.equal(await idOf('PHPSESSID=fromcookie', '&PHPSESSID=fromget', 'PHPSESSID=frompost'), 'fromcookie')
    assert.equal(await idOf(undefined, '&PHPSESSID=fromget', 'PHPSESSID=frompost'), 'fromget')
    assert.equal(await idOf(undefined, '', 'PHPSESSID=frompost'), 'frompost')
    assert.match(String(await idOf('PHPSESSID=', '&PHPSESSID=fromget')), idPattern)
    assert.equal(await idOf('PHPSESSID[]=x', '&PHPSESSID=fromget'), 'fromget')
    assert.equal(await idOf('PHPSESSID=first; PHPSESSID=second', ''), 'first')
    assert.equal(await idOf('PHPSESSID=a%2Cb', ''), 'a,b')
    assert.equal(await idOf('phpsessid=lower', '&PHPSESSID=fromget'), 'fromget')
  }))

test('R11: under use_only_cookies, ids in URLs and forms are ignored', () =>
  everywhere({ use_only_cookies: 1 }, async (site) => {
    const { said } = await new Browser(site).ask('?do=read&PHPSESSID=fromget', 'PHPSESSID=frompost')
    assert.match(String(said['id']), idPattern)
  }))

test('R12: under use_only_cookies, use_trans_sid has no effect', () =>
  everywhere({ use_only_cookies: 1, use_trans_sid: 1 }, async (site) => {
    const { body } = await new Browser(site).ask('?do=links')
    assert.ok(!body.includes('PHPSESSID'))
  }))

test('R13: destroy removes what is stored, and neither variables nor cookie; the same id goes on, and in the safe behaviour a new one', () =>
  everywhere({}, async (site) => {
    const browser = new Browser(site)
    const id = (await browser.ask('?do=count')).said['id']
    const { said, cookies } = await browser.ask('?do=destroy')
    assert.deepEqual([said['destroyed'], said['vars'], said['id'], cookies], [true, { n: 1 }, '', []])
    assert.deepEqual(storedIn(site.folder), {})
    const next = (await browser.ask('?do=count')).said
    assert.deepEqual([next['n'], next['id'] === id], [1, !site.isSafe])
  }))

test('R13: in strict mode every one of them gives a new id', () =>
  everywhere({ use_strict_mode: 1 }, async (site) => {
    const browser = new Browser(site)
    const id = (await browser.ask('?do=count')).said['id']
    assert.notEqual((await browser.ask('?do=destroy-start')).said['id'], id)
  }))

test('R14: the whole recipe leaves no variables, no file, and nothing in the browser', () =>
  everywhere({}, async (site) => {
    const browser = new Browser(site)
    await browser.ask('?do=count')
    const { cookies, said } = await browser.ask('?do=recipe')
    assert.equal(said['destroyed'], true)
    assert.deepEqual(cookies, ['PHPSESSID=deleted; expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; path=/'])
    assert.deepEqual([browser.cookie, storedIn(site.folder)], [undefined, {}])
  }))

test('R15: an id from outside is checked: what no file can be named after starts nothing; the safe behaviour gives a new id', () =>
  everywhere({}, async (site) => {
    for (const id of ['../../etc/passwd', 'a_b', 'x'.repeat(260)]) {
      const { said, cookies } = await new Browser(site, `PHPSESSID=${id}`).ask('?do=start')
      assert.deepEqual([said['started'], cookies.length], site.isSafe ? [true, 1] : [false, 0], id)
    }
    assert.deepEqual(storedIn(site.folder), {})
    const { said } = await new Browser(site, 'PHPSESSID=a%3Cb').ask('?do=start')
    assert.match(String(said['id']), idPattern)
  }))

test('R16: regenerate changes the id and keeps the variables', () =>
  everywhere({}, async (site) => {
    const browser = new Browser(site)
    await browser.ask('?do=count')
    const { said, cookies } = await browser.ask('?do=regenerate')
    assert.deepEqual([said['done'], said['old'] === said['id'], cookies.length], [true, false, 1])
    assert.equal(browser.cookie, `PHPSESSID=${String(said['id'])}`)
    assert.equal((await browser.ask('?do=count')).said['n'], 2)
  }))

test('R17: regenerate leaves the old session usable; in the safe behaviour it leads to the new one', () =>
  everywhere({}, async (site) => {
    const browser = new Browser(site)
    const old = String((await browser.ask('?do=count')).said['id'])
    const id = String((await browser.ask('?do=regenerate')).said['id'])
    assert.deepEqual(Object.keys(storedIn(site.folder)).toSorted(), [old, id].toSorted())
    const late = await new Browser(site, `PHPSESSID=${old}`).ask('?do=count')
    assert.deepEqual([late.said['n'], late.said['id']], [2, site.isSafe ? id : old])
    assert.equal((await browser.ask('?do=count')).said['n'], site.isSafe ? 3 : 2)
  }))

test('R18: regenerate(true) removes the old session', () =>
  everywhere({}, async (site) => {
    const browser = new Browser(site)
    await browser.ask('?do=count')
    const { said } = await browser.ask('?do=regenerate&delete')
    assert.deepEqual(storedIn(site.folder), { [String(said['id'])]: 'n|i:1;' })
  }))

test('R19: the cookie can be kept from scripts, from plain http and from other sites; the safe defaults do', async () => {
  const site = await ourSite({ folder: sessionFolder(), ini: { gc_probability: 0 } }, 'safe')
  try {
    const { cookies, said } = await new Browser(site).ask('?do=count')
    assert.deepEqual(cookies, [`PHPSESSID=${String(said['id'])}; path=/; HttpOnly; SameSite=Lax`])
  } finally {
    await site.stop()
  }
  await everywhere({ cookie_secure: 1, cookie_httponly: 1, cookie_samesite: 'Strict' }, async (each) => {
    const { cookies, said } = await new Browser(each).ask('?do=count')
    assert.deepEqual(cookies, [`PHPSESSID=${String(said['id'])}; path=/; secure; HttpOnly; SameSite=Strict`])
  })
})

test('the headers of each cache limiter', async () => {
  for (const limiter of ['private', 'private_no_expire', 'public', 'none']) {
    const seen: unknown[] = []
    await everywhere({ cache_limiter: limiter, cache_expire: 7 }, async (site) => {
      const { header } = await new Browser(site).ask('?do=count')
      const expires = header('expires')?.replace(/\d{2}:\d{2}:\d{2}/, limiter === 'public' ? 'TIME' : '$&')
      seen.push([expires, header('cache-control'), header('pragma'), header('last-modified')])
    })
    assert.deepEqual([seen[1], seen[2]], [seen[0], seen[0]], limiter)
  }
})

/** The entry of an upload. */
interface Entry {
  readonly start_time?: number
  readonly files?: readonly Readonly<Record<string, unknown>>[]
}

test('the progress of an upload, as it stands when it stays; PHP knows where it has put the files', () =>
  everywhere({ 'upload_progress.enabled': 1, 'upload_progress.cleanup': 0 }, async (site) => {
    const browser = new Browser(site)
    await browser.ask('?do=count')
    const form = formOf([asked, ...uploaded])
    await browser.ask('?do=nothing', form, formType)
    const { upload_progress_tests: entry } = (await browser.ask('?do=read')).said['vars'] as Record<string, Entry>
    const { start_time: begun, files = [], ...rest } = entry ?? {}
    const length = Buffer.byteLength(form)
    assert.equal(typeof begun, 'number')
    assert.deepEqual(rest, { content_length: length, bytes_processed: length, done: true })
    const listed = files.map(({ start_time: time, tmp_name: place, ...file }) => [typeof time, typeof place, file])
    const isOurs = listed[0]?.[1] === 'object'
    const place = isOurs ? 'object' : 'string'
    assert.deepEqual(listed, [
      ['number', place, { field_name: 'file1', name: 'file1.txt', error: 0, done: true, bytes_processed: 1 }],
      ['number', place, { field_name: 'file2', name: 'file2.txt', error: 0, done: true, bytes_processed: 2 }],
    ])
  }))
