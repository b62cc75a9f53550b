import { isIP, isIPv4 } from 'node:net'
import { plainAddress } from '../address.ts'

/**
 * What counts as one place: an IPv4 address, or the /64 of an IPv6 address, which is what a subscriber gets at the least and can
 * change addresses in at will. Anything else is taken as it is.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  if (isIPv4(plain) || isIP(plain) === 0) return plain
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const front = split(head)
  const back = tail === undefined ? [] : split(tail)
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return [...front, ...zeros, ...back].map((group) => Number.parseInt(group, 16).toString(16))
}

/** An address that ends as IPv4 does counts two groups for that end. */
function split(part: string): string[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]))
}
