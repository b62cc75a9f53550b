import { BlockList, isIP, isIPv4 } from 'node:net'

/** Tells whether an address lies in a range. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) counts as IPv4. */
export type AddressRange = (address: string) => boolean

/**
 * Reads a range as `Require ip` writes it: `10.0.0.1`, `10.1` (the first bytes), `10.0.0.0/8`, `10.0.0.0/255.0.0.0`,
 * `2001:db8::/32`.
 *
 * @returns Undefined when it is none.
 */
export function addressRange(text: string): AddressRange | undefined {
  const [base = '', mask, ...more] = text.split('/')
  if (more.length > 0) return undefined
  const partial = mask === undefined && /^\d{1,3}(\.\d{1,3}){0,2}\.?$/.test(base)
  const parts = base.replace(/\.$/, '').split('.')
  const address = partial ? [...parts, '0', '0', '0'].slice(0, 4).join('.') : base
  const family = isIP(address)
  if (family === 0) return undefined
  const bits = partial ? parts.length * 8 : maskBits(mask, family)
  return bits === undefined ? undefined : within(address, bits, family === 4 ? 'ipv4' : 'ipv6')
}

function within(address: string, bits: number, family: 'ipv4' | 'ipv6'): AddressRange {
  const list = new BlockList()
  list.addSubnet(address, bits, family)
  return (candidate) => {
    const plain = candidate.replace(/^::ffff:(?=\d+\.)/i, '')
    return isIP(plain) !== 0 && list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
  }
}

function maskBits(mask: string | undefined, family: number): number | undefined {
  const most = family === 4 ? 32 : 128
  if (mask === undefined) return most
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= most ? Number(mask) : undefined
  if (family !== 4 || !isIPv4(mask)) return undefined
  const digits = mask
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(digits) ? digits.replaceAll('0', '').length : undefined
}
