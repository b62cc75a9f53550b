import type { FrontContender, Limit } from './contract.ts'

/** What the cookies are sealed with, by whomever. */
const passphrase = 'bench-of-the-gateway-9f2c'
/** The name of the cookie in which Apache and the gateway keep the same session. */
const cookieName = 'session'

/** Sessions in the cookie: in Apache's format, or with the cipher `xaes256` in our own, which is the sealed format `v1`. */
function sealedBy(cipher: 'aes256' | 'xaes256'): string {
  return [
    `SessionCookieName ${cookieName} path=/;HttpOnly`,
    `SessionCryptoPassphrase ${passphrase}`,
    `SessionCryptoCipher ${cipher}`,
  ].join('\n')
}

/** Every answer moves the expiry, and thereby seals the session anew. */
const moved = '\nSessionMaxAge 1800'
const apaches = sealedBy('aes256')
const ours = sealedBy('xaes256')

const plain = { apache: 'apache: no session', sekisho: 'sekisho: no session' } as const
const read = { apache: 'apache: aes256 read', sekisho: 'sekisho: aes256 read' } as const
const own = 'sekisho: xaes256 read'
const write = { apache: 'apache: aes256 read and write', sekisho: 'sekisho: aes256 read and write' } as const

/** All contenders, in the order of the table. */
export const frontContenders: readonly FrontContender[] = [
  { name: plain.apache, program: 'apache', cookies: 'apache' },
  { name: plain.sekisho, program: 'sekisho', cookies: 'apache' },
  { name: 'node:http: the least code', program: 'node', cookies: 'apache' },
  { name: read.apache, program: 'apache', session: apaches, cookies: 'apache' },
  { name: read.sekisho, program: 'sekisho', session: apaches, cookies: 'apache' },
  { name: `${read.sekisho}, no key kept`, program: 'sekisho', session: apaches, cookies: 'many' },
  { name: write.apache, program: 'apache', session: apaches + moved, cookies: 'apache', writes: true },
  { name: write.sekisho, program: 'sekisho', session: apaches + moved, cookies: 'apache', writes: true },
  { name: own, program: 'sekisho', session: ours, cookies: 'own' },
  { name: `${own} and write`, program: 'sekisho', session: ours + moved, cookies: 'own', writes: true },
  { name: 'sekisho: memory read', program: 'sekisho', session: 'SessionStore memory', cookies: 'own' },
  { name: 'sekisho: file read', program: 'sekisho', session: 'SessionStore file', cookies: 'own' },
]

/** What is promised. */
export const frontLimits: readonly Limit[] = [
  { contender: read.sekisho, beside: read.apache, kind: 'at least', times: 15 },
  { contender: write.sekisho, beside: write.apache, kind: 'at least', times: 15 },
  { contender: own, beside: plain.sekisho, kind: 'at most', times: 1.6 },
  { contender: plain.sekisho, beside: plain.apache, kind: 'at most', times: 2 },
]
