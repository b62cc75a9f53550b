/** A token is seen in the cookie and nowhere else. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { addressOf, casesOf, type Bench, type Data, type EngineCases } from './bench.ts'
import { refused } from './faults.ts'
import type { Visit, Visitor } from './visitor.ts'

/** Every rendering of a value that a log could make. */
function renderings(value: unknown): string[] {
  const error = value instanceof Error ? [value.message, String(value.stack), JSON.stringify({ ...value })] : []
  const cloned = ((): unknown => {
    try {
      return structuredClone(value)
    } catch (failure) {
      return failure
    }
  })()
  const deeply = {
    depth: Infinity,
    showHidden: true,
    getters: true,
    maxStringLength: Infinity,
    maxArrayLength: Infinity,
  }
  return [
    ...error,
    inspect(value, deeply),
    inspect(value, { ...deeply, showProxy: true }),
    inspect(cloned, deeply),
    String(Object.prototype.toString.call(value)),
    JSON.stringify(value) ?? '',
  ]
}

/** Every slice of 24 characters of a token, as text and as the bytes that it stands for. */
function slices(token: string): string[] {
  const bytes = Buffer.from(token, 'base64url')
  const forms = [token, token.slice(21), bytes.toString('hex'), bytes.subarray(16).toString('hex'), bytes.join(', ')]
  return forms.flatMap((form) =>
    Array.from({ length: Math.max(1, form.length - 23) }, (_, at) => form.slice(at, at + 24)),
  )
}

function assertSecret(tokens: ReadonlySet<string>, told: readonly string[]): void {
  const text = told.join('\n')
  for (const token of tokens) {
    for (const slice of slices(token)) assert.ok(!text.includes(slice), `${slice} of a token was told`)
  }
}

/** Everything that can happen to a session, with everything that it says. */
async function scenario(bench: Bench): Promise<{ tokens: Set<string>; told: string[]; visitor: Visitor<Data> }> {
  const tokens = new Set<string>()
  const told: string[] = []
  const visitor = await bench.visitor<Data>({ n: 1, cart: ['a'] }, { development: false })
  const look = (visit: Visit<Data>): void => {
    if (visitor.token !== undefined) tokens.add(visitor.token)
    told.push(...renderings(visit.session), ...renderings(visit.session.meta), ...renderings(visit.session.data))
  }
  const step = async (handler: (visit: Visit<Data>) => unknown, from = visitor): Promise<void> => {
    const visit = await from.begin()
    look(visit)
    try {
      await handler(visit)
      look(visit)
      await visit.end()
    } catch (error) {
      told.push(...renderings(error))
    }
    look(visit)
  }
  await step(({ session }) => session.set('n', 2))
  await step(({ session }) => session.rotate())
  const old = visitor.twin()
  await step(({ session }) => session.login('ada'))
  await step(({ session }) => session.update('n', () => 3), old)
  await step(({ session }) => session.save())
  bench.line.next('replace', refused)
  await step(({ session }) => session.set('n', 4))
  await step(({ session }) => session.set('n', new Date() as unknown as number))
  await step(async (visit) => {
    await visit.commit()
    visit.session.set('n', 5)
    visit.session.login('bob')
  })
  await step(({ session }) => session.rotate())
  return { tokens, told, visitor }
}

/** Secrecy. */
export const secrecyCases: EngineCases = casesOf({
  async 'tells a token to nobody but the browser, whatever happens'(bench) {
    const { warn } = console
    const warned: string[] = []
    console.warn = (...parts: unknown[]) => void warned.push(parts.map(String).join(' '))
    try {
      const { tokens, told, visitor } = await scenario(bench)
      assert.ok(tokens.size >= 4, `${tokens.size} tokens`)
      told.push(...warned, ...renderings(bench.seen), ...renderings(visitor.sessions))
      told.push(...renderings(await visitor.sessions.admin.list('ada')), ...renderings(bench.store))
      assertSecret(tokens, told)
    } finally {
      console.warn = warn
    }
  },

  async 'stores nothing that could be presented as a token'(bench) {
    const { tokens, visitor } = await scenario(bench)
    const address = await addressOf(visitor)
    const stored = await bench.store.read(address)
    assert.ok(stored)
    const dump = await bench.dump()
    assertSecret(tokens, [...renderings(stored), Buffer.from(stored.record.payload).toString('latin1'), dump ?? ''])
    const { current, previous } = stored.record
    const locators = [address, address.slice(0, 22)]
    const secrets = [current, previous?.verifier ?? '', previous?.handoff ?? '']
    const forged = [
      ...locators,
      ...secrets,
      ...secrets.map((secret) => `${address.slice(0, 21)}${secret}`),
      ...secrets.map((secret) => (visitor.token?.slice(0, 21) ?? '') + secret.slice(0, 43)),
      ...secrets.map((secret) => Buffer.from(address.slice(0, 32), 'hex').toString('base64url').slice(0, 21) + secret),
    ]
    for (const carrier of forged) {
      const thief = visitor.twin()
      thief.jar.set('__Host-sid', carrier)
      const { session, cookies } = await thief.request()
      assert.deepEqual([session.principal, session.meta.address, cookies], [undefined, undefined, []], carrier)
    }
  },

  async 'takes no carrier that differs from the token in anything'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const token = visitor.token ?? ''
    const flipped = [0, 20, 22, 40, 63].map((at) => {
      const digit = token[at] === 'A' ? 'B' : 'A'
      return token.slice(0, at) + digit + token.slice(at + 1)
    })
    const misshapen = [
      token.slice(1),
      `${token}A`,
      `${token}==`,
      `${token.slice(0, -1)}=`,
      ` ${token}x`,
      '%41'.repeat(21),
    ]
    for (const carrier of [...flipped, ...misshapen, '', '../../etc/passwd', '\u0000'.repeat(3)]) {
      const { session } = await visitor.begin({ headers: { cookie: encodeURI(`__Host-sid=${carrier}`) } })
      assert.equal(session.get('n'), undefined, carrier)
    }
  },

  async 'adopts no token of a visitor’s choice'(bench) {
    const visitor = await bench.visitor({ n: 1 })
    const chosen = 'A'.repeat(64)
    visitor.jar.set('__Host-sid', chosen)
    await visitor.request((session) => session.set('n', 1))
    assert.ok(visitor.token)
    assert.notEqual(visitor.token.slice(0, 21), chosen.slice(0, 21))
  },
})
