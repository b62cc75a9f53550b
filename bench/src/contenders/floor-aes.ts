import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { noSession, type Contender } from '../contract.ts'
import { overFetch, overNode, type Plain } from '../plain.ts'
import { sample, type Sample } from '../sample.ts'
import { lifetimeMs, presented, setCookie } from './floor-parts.ts'

const nonceOctets = 12
const tagOctets = 16

interface Sealed {
  readonly expires: number
  readonly data: Sample
}

/** The least that a session in an encrypted cookie can cost. */
export const floorAes: Contender = {
  name: 'floor: AES-256-GCM cookie',
  family: 'cookie',
  role: 'floor',
  server: 'node',
  fetch: () => overFetch(aesCookie()),
  node: () => overNode(aesCookie()),
}

function aesCookie(): Plain {
  const key = createSecretKey(randomBytes(32))

  function open(header: string | undefined): Sample | undefined {
    const value = presented(header)
    if (value === undefined) return undefined
    const bytes = Buffer.from(value, 'base64url')
    if (bytes.length < nonceOctets + tagOctets) return undefined
    const end = bytes.length - tagOctets
    const nonce = bytes.subarray(0, nonceOctets)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagOctets })
    decipher.setAuthTag(bytes.subarray(end))
    try {
      const text = decipher.update(bytes.subarray(nonceOctets, end), undefined, 'utf8') + decipher.final('utf8')
      const { expires, data } = JSON.parse(text) as Sealed
      return Date.now() < expires ? data : undefined
    } catch {
      return undefined // not sealed with our key
    }
  }

  function seal(data: Sample): string {
    const nonce = randomBytes(nonceOctets)
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagOctets })
    const text = JSON.stringify({ expires: Date.now() + lifetimeMs, data })
    const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return setCookie(Buffer.concat(parts).toString('base64url'))
  }

  return {
    create() {
      const data = sample()
      return { body: String(data.n), cookie: seal(data) }
    },
    read: (cookie) => ({ body: String(open(cookie)?.n ?? noSession) }),
    write(cookie) {
      const data = open(cookie)
      if (data === undefined) return { body: noSession }
      data.n += 1
      return { body: String(data.n), cookie: seal(data) }
    },
  }
}
