/** What the contenders with Remix's session share: its middleware's own steps, without its router. */
import { createCookie } from '@remix-run/cookie'
import type { Session, SessionStorage } from '@remix-run/session'
import { noSession, type Contender } from '../contract.ts'
import { overNode, type Plain, type PlainAnswer } from '../plain.ts'
import { sample, type Sample } from '../sample.ts'
import { secret } from './secret.ts'

/** A contender with one of Remix's storages. */
export function remixPeer(
  name: string,
  family: Contender['family'],
  make: () => { storage: SessionStorage; remove?: () => void },
): Contender {
  return {
    name,
    family,
    role: 'peer',
    server: 'node',
    node() {
      const { storage, remove } = make()
      return overNode(remixSession(storage, remove))
    },
  }
}

function remixSession(storage: SessionStorage, remove: (() => void) | undefined): Plain {
  const cookie = createCookie('remix', { secrets: [secret], httpOnly: true, secure: true, sameSite: 'Lax', path: '/' })

  async function request(header: string | undefined, act: (session: Session) => string): Promise<PlainAnswer> {
    const session = await storage.read(await cookie.parse(header ?? null))
    const body = act(session)
    const value = await storage.save(session)
    return value === null ? { body } : { body, cookie: await cookie.serialize(value) }
  }

  return {
    create: () => request(undefined, create),
    read: (header) => request(header, (session) => String(session.get('n') ?? noSession)),
    write: (header) => request(header, write),
    ...(remove === undefined ? {} : { close: remove }),
  }
}

function create(session: Session): string {
  const data = sample()
  for (const key of Object.keys(data) as (keyof Sample)[]) session.set(key, data[key])
  return String(data.n)
}

function write(session: Session): string {
  const n = session.get('n')
  if (typeof n !== 'number') return noSession
  session.set('n', n + 1)
  return String(n + 1)
}
