/** What a configuration or a user says is UTF-8: it goes into a header as these octets, each in a character of its own. */
export function octets(text: string): string {
  return Buffer.from(text).toString('latin1')
}
