import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noSession, type Contender } from '../contract.ts'
import { overFetch, overNode, type Plain } from '../plain.ts'
import { sample, type Sample } from '../sample.ts'
import { temporaryDirectory } from '../temporary.ts'
import { lifetimeMs, presented, setCookie } from './floor-parts.ts'

interface Stored {
  readonly verifier: string
  readonly expires: number
  readonly data: Sample
}

/** The least that a session in a file can cost when it survives the death of the process and is never seen half written. */
export const floorFile: Contender = {
  name: 'floor: hashed token, file',
  family: 'file',
  role: 'floor',
  server: 'node',
  fetch: () => overFetch(hashedFiles()),
  node: () => overNode(hashedFiles()),
}

function hashedFiles(): Plain {
  const { directory, remove } = temporaryDirectory()
  const temporary = join(directory, 'temporary')

  function open(header: string | undefined): Stored | undefined {
    const token = presented(header)
    if (token === undefined) return undefined
    const digest = hash('sha256', token, 'hex')
    const text = textOf(join(directory, digest))
    if (text === undefined) return undefined
    const stored = JSON.parse(text) as Stored
    if (!timingSafeEqual(Buffer.from(stored.verifier, 'latin1'), Buffer.from(digest, 'latin1'))) return undefined
    return Date.now() < stored.expires ? stored : undefined
  }

  function put(verifier: string, data: Sample): void {
    writeFileSync(temporary, JSON.stringify({ verifier, expires: Date.now() + lifetimeMs, data }), { mode: 0o600 })
    renameSync(temporary, join(directory, verifier))
  }

  return {
    create() {
      const data = sample()
      const token = randomBytes(32).toString('base64url')
      put(hash('sha256', token, 'hex'), data)
      return { body: String(data.n), cookie: setCookie(token) }
    },
    read: (cookie) => ({ body: String(open(cookie)?.data.n ?? noSession) }),
    write(cookie) {
      const stored = open(cookie)
      if (stored === undefined) return { body: noSession }
      const { verifier, data } = stored
      data.n += 1
      put(verifier, data)
      return { body: String(data.n) }
    },
    close: remove,
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // never stored, or ended
  }
}
