/** An address without a zone, and IPv4 that came as IPv6 (`::ffff:192.0.2.1`) as IPv4. */
export function plainAddress(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
}
