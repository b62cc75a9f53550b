/** One session file between PHP and us, in the moments in which PHP by itself loses what a request has written, or brings back what has ended. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import koffi from 'koffi'
import { files, koffiFlock } from 'sekisho/php/node'
import type { SaveHandler } from '../../src/php/handler/contract.ts'
import { Counting, directives } from './counting.ts'
import { iniView } from './ini-view.ts'
import { php } from './php-script.ts'

const text = (value: Uint8Array | false): string => Buffer.from(value || []).toString()
const module = files({ flock: koffiFlock(koffi) })

let directory: string
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'sekisho-races-'))
})
after(() => rmSync(directory, { recursive: true }))

test('what PHP destroys while we wait for it is gone for us: PHP would go on with it', async () => {
  stored('ended', 'old|i:1;')
  const page = inPhp('ended', 'session_start(); echo "started"; usleep(800000); session_destroy();')
  await page.started()
  await within(async (handler) => assert.equal(text(await handler.read('ended')), ''))
  await page.done()
  assert.equal(existsSync(fileOf('ended')), false)
})

test('what we destroy while PHP waits for it is empty for PHP, and nothing of it comes back', async () => {
  stored('logout', 'user|s:4:"hana";')
  let page: Counting | undefined
  await within(async (handler) => {
    await handler.read('logout')
    page = inPhp('logout', 'echo "started"; session_start(); exit(isset($_SESSION["user"]) ? 1 : 0);')
    await page.started()
    await waitingForLock(page)
    await handler.destroy('logout')
  })
  await page?.done()
  assert.equal(existsSync(fileOf('logout')), false)
})

test('the sweep of PHP, which asks for no lock, does not cost a user who is here what the request writes', async () => {
  stored('here', 'n|i:1;')
  await within(async (handler) => {
    await handler.read('here')
    age('here')
    assert.equal(php({ 'session.save_path': directory }, 'sweeper', 'session_start(); echo session_gc();'), '1')
    assert.equal(existsSync(fileOf('here')), false)
    await handler.write('here', Buffer.from('n|i:2;'))
  })
  assert.equal(readFileSync(fileOf('here'), 'utf8'), 'n|i:2;')
})

test('our sweep spares a session that a page of PHP has, however old it is', async () => {
  stored('busy', 'n|i:1;')
  stored('idle', 'n|i:1;')
  const page = inPhp('busy', 'session_start(); echo "started"; usleep(1500000); $_SESSION["n"]++;')
  await page.started()
  age('busy')
  age('idle')
  await within(async (handler) => assert.equal(await handler.gc(1440), 1))
  await page.done()
  assert.deepEqual([readFileSync(fileOf('busy'), 'utf8'), existsSync(fileOf('idle'))], ['n|i:2;', false])
})

test('a page of PHP that waits for us finds what we have written', async () => {
  stored('queue', 'n|i:1;')
  let page: Counting | undefined
  await within(async (handler) => {
    await handler.read('queue')
    page = inPhp('queue', 'echo "started"; session_start(); $_SESSION["n"] *= 10;')
    await page.started()
    await waitingForLock(page)
    await handler.write('queue', Buffer.from('n|i:7;'))
  })
  await page?.done()
  assert.equal(readFileSync(fileOf('queue'), 'utf8'), 'n|i:70;')
})

function inPhp(id: string, code: string): Counting {
  const program = `session_id('${id}'); ob_implicit_flush(); ${code}`
  return new Counting('php', [...directives({ 'session.save_path': directory }), '-r', program])
}

/** Resolves when PHP sleeps in flock(2), as the kernel says: `->` stands before those who wait. */
async function waitingForLock(page: Counting): Promise<void> {
  const waits = new RegExp(`-> FLOCK +ADVISORY +WRITE +${page.pid} `)
  while (!waits.test(readFileSync('/proc/locks', 'utf8'))) {
    assert.equal(page.hasEnded, false, 'it waits')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function within<T>(work: (handler: SaveHandler) => Promise<T>): Promise<T> {
  const handler = module.create(iniView())
  await handler.open(directory, 'PHPSESSID')
  try {
    return await work(handler)
  } finally {
    await handler.close()
  }
}

function stored(id: string, content: string): void {
  writeFileSync(fileOf(id), content, { mode: 0o600 })
}

function age(id: string): void {
  const anHourAgo = Date.now() / 1000 - 3600
  utimesSync(fileOf(id), anHourAgo, anHourAgo)
}

function fileOf(id: string): string {
  return join(directory, `sess_${id}`)
}
