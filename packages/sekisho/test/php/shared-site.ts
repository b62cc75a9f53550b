/** A site whose sessions PHP and we share, in a directory of its own for each test. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import koffi from 'koffi'
import { defineSession, type Session, type Sessions } from 'sekisho'
import { sharedWithPhp, type PhpSharing, type PhpSharingOptions } from 'sekisho/php'
import { koffiFlock, phpFileRows } from 'sekisho/php/node'
import { php } from './php-script.ts'

/** What is in a session. */
export interface Data {
  cart?: string[]
  n?: number
  [key: string]: unknown
}

/** What may survive a login. */
export type Keys = Record<string, { beforeLogin: 'keep' }>

const directories: string[] = []
after(() => {
  for (const each of directories) rmSync(each, { recursive: true })
})

/** The directory of the sessions, and both sides of it. */
export class SharedSite {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'sekisho-sharing-'))

  constructor() {
    directories.push(this.directory)
  }

  /** What `defineSession` is given. */
  sharing(options: Partial<PhpSharingOptions> = {}): PhpSharing {
    const rows = phpFileRows({ savePath: this.directory, flock: koffiFlock(koffi) })
    return sharedWithPhp({ rows, development: true, ...options })
  }

  /** Our sessions. */
  sessions(options: Partial<PhpSharingOptions> = {}, keys: Keys = {}): Sessions<Data> {
    return defined(this.sharing(options), keys)
  }

  /** A page of PHP, as what follows `session_start()`. @returns What it prints. */
  php(id: string, code: string): string {
    return php({ 'session.save_path': this.directory }, id, `session_start(); ${code}`)
  }

  /** Whether there is a session of this id. */
  exists(id: string): boolean {
    return existsSync(this.file(id))
  }

  /** The file of a session. */
  file(id: string): string {
    return join(this.directory, `sess_${id}`)
  }
}

/** Our sessions in somebody's rows. */
export function defined(sharing: PhpSharing, keys: Keys = {}): Sessions<Data> {
  return defineSession<Data>({ name: 'shop', ...sharing, keys })
}

/** One request of ours. @param id What PHP's cookie has. */
export async function visit<T>(
  sessions: Sessions<Data>,
  id: string | undefined,
  work: (session: Session<Data>) => T | Promise<T>,
): Promise<{ readonly result: T; readonly cookie: string | undefined }> {
  const session = await sessions.open({ method: 'GET', headers: id === undefined ? {} : { cookie: `PHPSESSID=${id}` } })
  const result = await work(session)
  const headers = new Headers()
  await sessions.commit(session, { status: 200, headers })
  return { result, cookie: headers.getSetCookie()[0] }
}

/** The id in a cookie that was set. */
export function idIn(cookie: string | undefined): string {
  return /^PHPSESSID=([^;]*)/.exec(cookie ?? '')?.[1] ?? ''
}
