import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HostNames, type HostNamesOptions, isInDomain } from './host-names-node.ts'

/** Names that lead to addresses, and addresses that lead to names; each lookup is noted. */
function zone(names: Readonly<Record<string, readonly string[]>>, addresses: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const missing = Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
  const find = <Found>(found: Found | undefined): Found => {
    if (found === undefined) throw missing
    return found
  }
  const resolver: NonNullable<HostNamesOptions['resolver']> = {
    nameOf: async (address) => {
      asked.push(address)
      return find(addresses[address])
    },
    addressesOf: async (name) => {
      asked.push(name)
      return find(names[name])
    },
  }
  return { asked, resolver }
}

describe('HostNames', () => {
  it('knows this machine', async () => {
    const hosts = new HostNames()
    assert.equal(await hosts.nameOf('127.0.0.1'), 'localhost')
    assert.equal(await hosts.nameOf('::ffff:127.0.0.1'), 'localhost')
    assert.equal(await hosts.hasAddress('localhost', '127.0.0.1'), true)
    assert.equal(await hosts.hasAddress('localhost', '192.0.2.1'), false)
  })

  it('believes a name only when it leads back', async () => {
    const { resolver } = zone(
      { 'www.example.org': ['192.0.2.1', '2001:db8::1'], 'bank.example': ['203.0.113.9'] },
      {
        '192.0.2.1': 'WWW.example.org',
        '192.0.2.66': 'bank.example',
        '192.0.2.3': '192.0.2.3',
        '192.0.2.4': 'gone.example',
      },
    )
    const lower = { ...resolver, addressesOf: (name: string) => resolver.addressesOf(name.toLowerCase()) }
    const hosts = new HostNames({ resolver: lower })
    assert.equal(await hosts.nameOf('192.0.2.1'), 'www.example.org')
    assert.equal(await hosts.nameOf('192.0.2.66'), undefined, 'anybody can name an address of theirs so')
    assert.equal(await hosts.nameOf('192.0.2.3'), undefined, 'an address is no name')
    assert.equal(await hosts.nameOf('192.0.2.4'), undefined)
    assert.equal(await hosts.nameOf('192.0.2.5'), undefined)
    assert.equal(await hosts.nameOf('no address'), undefined)
    assert.equal(await hosts.hasAddress('www.example.org', '2001:DB8:0:0::1'), true, 'however it is written')
    assert.equal(await hosts.hasAddress('www.example.org', ''), false)
  })

  it('asks once a minute, and again at once when there was no answer at all', async () => {
    const clock = { now: 0 }
    const { asked, resolver } = zone({ 'a.example': ['192.0.2.1'] }, { '192.0.2.1': 'a.example' })
    let isDown = true
    const flaky: typeof resolver = {
      ...resolver,
      nameOf: (address) =>
        isDown ? Promise.reject(Object.assign(new Error('down'), { code: 'EAI_AGAIN' })) : resolver.nameOf(address),
    }
    const hosts = new HostNames({ resolver: flaky, now: () => clock.now })
    assert.equal(await hosts.nameOf('192.0.2.1'), undefined)
    isDown = false
    for (const now of [0, 59_999]) {
      clock.now = now
      assert.equal(await hosts.nameOf('192.0.2.1'), 'a.example')
      assert.equal(await hosts.nameOf('192.0.2.9'), undefined)
    }
    assert.deepEqual(asked, ['192.0.2.1', 'a.example', '192.0.2.9'])
    clock.now = 60_000
    assert.equal(await hosts.nameOf('192.0.2.1'), 'a.example')
    assert.equal(asked.length, 5)
  })

  it('does without an answer that takes too long', async () => {
    const never = () => new Promise<never>(() => undefined)
    const hosts = new HostNames({ resolver: { nameOf: never, addressesOf: never }, timeoutMs: 20 })
    assert.equal(await hosts.nameOf('192.0.2.1'), undefined)
    assert.equal(await hosts.hasAddress('a.example', '192.0.2.1'), false)
  })
})

describe('isInDomain', () => {
  it('is true for the domain and what is in it, at the boundary of a label', () => {
    const yes = [['example.org', 'example.org'], ['example.org', 'www.Example.ORG'], ['.example.org', 'www.example.org'], ['org', 'example.org']] as const // prettier-ignore
    for (const [domain, name] of yes) assert.equal(isInDomain(domain, name), true, `${domain} ${name}`)
    const no = [['example.org', 'badexample.org'], ['.example.org', 'example.org'], ['www.example.org', 'example.org'], ['example.org', 'example.org.evil'], ['', 'example.org']] as const // prettier-ignore
    for (const [domain, name] of no) assert.equal(isInDomain(domain, name), false, `${domain} ${name}`)
  })
})
