import { lookup, lookupService } from 'node:dns/promises'
import { isIP } from 'node:net'
import { plainAddress } from '../address.ts'
import { Turns } from '../turns.ts'

/** What names are looked up with: by default the resolver of the machine, /etc/hosts included. */
export interface Resolver {
  /** The name of an address; throws when it has none. */
  nameOf(address: string): Promise<string>
  /** The addresses of a name; throws when it has none. */
  addressesOf(name: string): Promise<readonly string[]>
}

/** How names are looked up. */
export interface HostNamesOptions {
  readonly resolver?: Resolver
  /** For how many seconds an answer is believed (default 60). */
  readonly seconds?: number
  /** Milliseconds after which a lookup that has no answer counts as one without (default 5000). */
  readonly timeoutMs?: number
  /** How many answers are remembered (default 1000). */
  readonly most?: number
  /** The time in milliseconds, from any start (default: `performance.now()`). */
  now?(): number
}

interface Remembered {
  readonly answer: Promise<readonly string[]>
  readonly until: number
}

const machineResolver: Resolver = {
  nameOf: async (address) => (await lookupService(address, 0)).hostname,
  addressesOf: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
}

/**
 * Names of visitors for `Require host` and `Require forward-dns`. A name counts only when it leads back to the address: whoever
 * owns an address can give it any name. Two lookups run at a time, as they take threads that files need too; of what waits too
 * long or too far behind, the name is not known.
 */
export class HostNames {
  readonly #resolver: Resolver
  readonly #milliseconds: number
  readonly #timeoutMs: number
  readonly #most: number
  readonly #now: () => number
  readonly #remembered = new Map<string, Remembered>()
  readonly #turns = new Turns({ running: 2, waiting: 100 })

  constructor(options: HostNamesOptions = {}) {
    this.#resolver = options.resolver ?? machineResolver
    this.#milliseconds = (options.seconds ?? 60) * 1000
    this.#timeoutMs = options.timeoutMs ?? 5000
    this.#most = options.most ?? 1000
    this.#now = options.now ?? (() => performance.now())
  }

  /** The name of an address, in lower case; undefined when it has none, or one that does not lead back. */
  async nameOf(from: string): Promise<string | undefined> {
    const address = plainAddress(from)
    if (isIP(address) === 0) return undefined
    const [name] = await this.#ask(`name ${address}`, async () => [await this.#resolver.nameOf(address)])
    if (name === undefined || isIP(name) !== 0) return undefined
    return (await this.hasAddress(name, address)) ? name.toLowerCase().replace(/\.$/, '') : undefined
  }

  /** Whether a name has an address. */
  async hasAddress(name: string, address: string): Promise<boolean> {
    const addresses = await this.#ask(`addresses ${name.toLowerCase()}`, () => this.#resolver.addressesOf(name))
    return isIP(address) !== 0 && addresses.map(canonical).includes(canonical(address))
  }

  #ask(question: string, look: () => Promise<readonly string[]>): Promise<readonly string[]> {
    const known = this.#remembered.get(question)
    if (known !== undefined && known.until > this.#now()) return known.answer
    const answer = inTime(this.#turns.run(look), this.#timeoutMs).catch((error: { code?: string }) => {
      // That there is no name is an answer; anything else may pass.
      if (error.code !== 'ENOTFOUND') this.#remembered.delete(question)
      return []
    })
    this.#remembered.delete(question)
    this.#remembered.set(question, { answer, until: this.#now() + this.#milliseconds })
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > this.#most && oldest !== undefined) this.#remembered.delete(oldest)
    return answer
  }
}

/** True when a name is a domain, or in it: `example.org` and `.example.org` hold `www.example.org`, and not `badexample.org`. */
export function isInDomain(domain: string, name: string): boolean {
  const [end, whole] = [domain.toLowerCase(), name.toLowerCase()]
  if (!whole.endsWith(end)) return false
  return whole.length === end.length || end.startsWith('.') || whole[whole.length - end.length - 1] === '.'
}

async function inTime<Result>(work: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** One spelling for each address: IPv6 ones have many. */
function canonical(address: string): string {
  const plain = plainAddress(address)
  return isIP(plain) === 6 ? new URL(`http://[${plain}]`).hostname : plain
}
