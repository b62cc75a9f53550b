import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { noSession, type Contender } from '../contract.ts'
import { overFetch, overNode, type Plain } from '../plain.ts'
import { sample, type Sample } from '../sample.ts'
import { lifetimeMs, presented, setCookie } from './floor-parts.ts'

interface Kept {
  readonly verifier: Buffer
  readonly expires: number
  readonly text: string
}

interface Found {
  readonly digest: string
  readonly verifier: Buffer
  readonly data: Sample
}

/** The least that a session in the memory of the process can cost when a dump of it shall hold no token. */
export const floorMap: Contender = {
  name: 'floor: hashed token, Map, JSON',
  family: 'memory',
  role: 'floor',
  server: 'node',
  fetch: () => overFetch(hashedMap()),
  node: () => overNode(hashedMap()),
}

function hashedMap(): Plain {
  const sessions = new Map<string, Kept>()

  function open(header: string | undefined): Found | undefined {
    const token = presented(header)
    if (token === undefined) return undefined
    const digest = hash('sha256', token, 'hex')
    const kept = sessions.get(digest)
    if (kept === undefined || !timingSafeEqual(kept.verifier, Buffer.from(digest, 'latin1'))) return undefined
    return Date.now() < kept.expires
      ? { digest, verifier: kept.verifier, data: JSON.parse(kept.text) as Sample }
      : undefined
  }

  return {
    create() {
      const data = sample()
      const token = randomBytes(32).toString('base64url')
      const digest = hash('sha256', token, 'hex')
      const verifier = Buffer.from(digest, 'latin1')
      sessions.set(digest, { verifier, expires: Date.now() + lifetimeMs, text: JSON.stringify(data) })
      return { body: String(data.n), cookie: setCookie(token) }
    },
    read: (cookie) => ({ body: String(open(cookie)?.data.n ?? noSession) }),
    write(cookie) {
      const found = open(cookie)
      if (found === undefined) return { body: noSession }
      const { digest, verifier, data } = found
      data.n += 1
      const text = JSON.stringify(data)
      sessions.set(digest, { verifier, expires: Date.now() + lifetimeMs, text })
      return { body: String(data.n) }
    },
  }
}
