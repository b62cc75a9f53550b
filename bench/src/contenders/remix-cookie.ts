import { createCookieSessionStorage } from '@remix-run/session/cookie-storage'
import type { Contender } from '../contract.ts'
import { remixPeer } from './remix.ts'

/** Remix's session in the cookie: signed, not encrypted. */
export const remixCookie: Contender = remixPeer('@remix-run/session, cookie (signed only)', 'cookie', () => ({
  storage: createCookieSessionStorage(),
}))
