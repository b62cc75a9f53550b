import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { KeyRing } from 'sekisho'

const stretch = promisify<string, string, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)

/**
 * The same on every machine: whoever is given the same passphrase must be able to read the same store, and there is no other
 * place where they could agree on a salt. It keeps these keys apart from everybody else's use of the passphrase; that two sites
 * with the same passphrase have the same keys is what their operators asked for.
 */
const salt = 'sekisho gateway: keys from SessionCryptoPassphrase, v1'

/** 32 MiB and about a tenth of a second for each guess; paid once per passphrase and process. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

const stretched = new Map<string, Promise<Buffer>>()

/** A key ring from passphrases: the first one seals, all of them open. A passphrase that occurs twice counts once. */
export async function keyRingOf(passphrases: readonly string[]): Promise<KeyRing> {
  return new KeyRing(await Promise.all([...new Set(passphrases)].map(stretchOnce)))
}

function stretchOnce(passphrase: string): Promise<Buffer> {
  const known = stretched.get(passphrase)
  if (known !== undefined) return known
  const made = stretch(passphrase, salt, 32, cost)
  stretched.set(passphrase, made)
  return made
}
