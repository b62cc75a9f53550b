import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
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

/** The file floor as most would write it: the same steps through `node:fs/promises`. No limit is judged by it. */
export const floorFilePromises: Contender = {
  name: 'floor with fs/promises',
  family: 'file',
  role: 'peer',
  server: 'node',
  fetch: () => overFetch(hashedFiles()),
  node: () => overNode(hashedFiles()),
}

function hashedFiles(): Plain {
  const { directory, remove } = temporaryDirectory()
  let written = 0

  async function open(header: string | undefined): Promise<Stored | undefined> {
    const token = presented(header)
    if (token === undefined) return undefined
    const digest = hash('sha256', token, 'hex')
    const text = await readFile(join(directory, digest), 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const stored = JSON.parse(text) as Stored
    if (!timingSafeEqual(Buffer.from(stored.verifier, 'latin1'), Buffer.from(digest, 'latin1'))) return undefined
    return Date.now() < stored.expires ? stored : undefined
  }

  async function put(verifier: string, data: Sample): Promise<void> {
    written += 1
    const temporary = join(directory, `${written}.temporary`)
    await writeFile(temporary, JSON.stringify({ verifier, expires: Date.now() + lifetimeMs, data }), { mode: 0o600 })
    await rename(temporary, join(directory, verifier))
  }

  return {
    async create() {
      const data = sample()
      const token = randomBytes(32).toString('base64url')
      await put(hash('sha256', token, 'hex'), data)
      return { body: String(data.n), cookie: setCookie(token) }
    },
    read: async (cookie) => ({ body: String((await open(cookie))?.data.n ?? noSession) }),
    async write(cookie) {
      const stored = await open(cookie)
      if (stored === undefined) return { body: noSession }
      const { verifier, data } = stored
      data.n += 1
      await put(verifier, data)
      return { body: String(data.n) }
    },
    close: remove,
  }
}
