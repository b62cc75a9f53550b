import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { describe, it } from 'node:test'
import { type BcryptCheck, loadBcrypt, portableBcrypt } from './bcrypt.ts'

const stored = '$2y$05$KmnluR4gZ4CZ8eytT12.A.DzMfoMN5RZpFldGzxyCyxUwVDQfWJm6'

/** Loads afresh, with something else where the native module would be. */
async function loadedWith(native: string): Promise<BcryptCheck> {
  const url = `data:text/javascript,${encodeURIComponent(native)}`
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@node-rs/bcrypt' ? { url, shortCircuit: true } : next(specifier, context),
  })
  try {
    const fresh = (await import(`./bcrypt.ts?${encodeURIComponent(native)}`)) as { loadBcrypt: typeof loadBcrypt }
    return await fresh.loadBcrypt()
  } finally {
    hooks.deregister()
  }
}

describe('bcrypt', () => {
  it('is compared by the native module where it is installed', async () => {
    const check = await loadedWith('export const verifySync = (password, stored) => `${stored}/${password}` === "a/b"')
    assert.equal(check(Buffer.from('b'), 'a'), true)
    assert.equal(check(Buffer.from('c'), 'a'), false)
  })

  it('is compared in JavaScript where the native module fails, or is another', async () => {
    for (const native of ['throw new Error("for another machine")', 'export const verify = 1']) {
      const check = await loadedWith(native)
      assert.equal(check(Buffer.from('secret'), stored), true)
      assert.equal(check(Buffer.from('Secret'), stored), false)
    }
  })

  it('is compared by one of them here, which is loaded once', async () => {
    const check = await loadBcrypt()
    assert.equal(check(Buffer.from('secret'), stored), true)
    assert.equal(await loadBcrypt(), check)
  })

  it('does not match octets that are no UTF-8 by way of the replacement sign', async () => {
    const check = await portableBcrypt()
    const { hashSync } = await import('bcryptjs')
    const replaced = hashSync('\ufffd', 4)
    assert.equal(check(Buffer.from('\ufffd'), replaced), true)
    assert.equal(check(Buffer.from([0xff]), replaced), false)
  })
})
