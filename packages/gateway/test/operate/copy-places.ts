/** Places and stores that copies go to. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createConnection } from 'mysql2/promise'
import type { SessionStore } from 'sekisho/store'
import { openStoreUrl } from '../../src/operate/copy/store-url-node.ts'
import { mariadbUrl } from '../session/services.ts'

/** A directory of the test's own. */
export function place(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-copy-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Options that keep how far a copy is in a place. */
export function resumeIn(directory: string): string[] {
  return ['--resume', join(directory, 'resume.json')]
}

/** The store of a URL. */
export async function opened(t: TestContext, url: string = ''): Promise<SessionStore> {
  const { prepared } = await openStoreUrl(url, 'to')
  t.after(() => prepared.close())
  await prepared.ready()
  return prepared.lent
}

/** A database of its own, because MariaDB has no tables outside of one. */
export async function mariadb(t: TestContext, name: string): Promise<string> {
  const url = mariadbUrl()
  const client = await createConnection({ host: url.hostname, port: Number(url.port), user: url.username })
  await client.query(`CREATE DATABASE ${name}`)
  t.after(async () => {
    await client.query(`DROP DATABASE ${name}`)
    await client.end()
  })
  return `${url.href}${name}`
}
