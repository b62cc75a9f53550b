/**
 * Pages of PHP, for tests: each has the session functions over real files, in a folder of its own.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import koffi from 'koffi'
import { files, koffiFlock } from '../../src/php/files-node.ts'
import { RecordedAnswer } from '../../src/php/functions/answer.ts'
import { createPhpSession, type PhpSessionOptions } from '../../src/php/functions/create.ts'
import type { PhpNotice } from '../../src/php/functions/notices.ts'
import type { PhpSession } from '../../src/php/functions/php-session.ts'
import { memorySessions } from '../../src/php/handler/memory.ts'
import { type Directives, prefixed } from './directives.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder for session files that goes when the tests are over. */
export function sessionFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-php-'))
  folders.push(folder)
  return folder
}

/** What a page is asked with. */
export interface Visit extends PhpSessionOptions {
  /** The Cookie header. */
  readonly cookie?: string
  /** The target. */
  readonly url?: string
  /** The fields of a form. */
  readonly body?: unknown
  readonly referer?: string
  /** Where sessions are kept (default: a folder of its own). */
  readonly folder?: string
}

/** A page that runs. */
export interface Page {
  readonly session: PhpSession
  readonly answer: RecordedAnswer
  readonly folder: string
  /** What PHP's log would have, without the names of functions. */
  readonly said: string[]
}

/** Begins a page of PHP 8.4, unless the visit says otherwise. */
export function page(directives: Directives = {}, visit: Visit = {}): Page {
  const { cookie, url, body, referer, folder = sessionFolder(), ...options } = visit
  const said: string[] = []
  const answer = new RecordedAnswer()
  const session = createPhpSession(
    prefixed({ save_path: folder, gc_probability: 0, ...directives }),
    { headers: { cookie, referer }, url, body },
    {
      php: '8.4',
      modules: [files({ flock: koffiFlock(koffi) }), memorySessions()],
      onNotice: (notice: PhpNotice) => said.push(notice.message),
      ...options,
      answer,
    },
  )
  return { session, answer, folder, said }
}

/** The sessions in a folder, by id. */
export function storedIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.startsWith('sess_'))
  return Object.fromEntries(names.map((name) => [name.slice(5), readFileSync(join(folder, name), 'utf8')]))
}

/** Keeps a session in a folder, as PHP would have. */
export function store(folder: string, id: string, data: string): void {
  writeFileSync(join(folder, `sess_${id}`), data, { mode: 0o600 })
}

/** The variables as a plain object. */
export function vars({ session }: Page): Record<string, unknown> {
  return { ...session.vars }
}

/** What a session encodes to, as text. */
export function encoded({ session }: Pick<Page, 'session'>): string | false {
  const data = session.encode()
  return data === false ? false : new TextDecoder().decode(data)
}

/** The cookies of an answer. */
export function cookiesOf({ answer }: Page): readonly string[] {
  return answer.getHeader('Set-Cookie') ?? []
}
