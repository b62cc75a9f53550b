/** The 64 characters of crypt(3), in the order of their values. */
export const cryptAlphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Writes octets as crypt(3) does: groups of three, the first octet of a group highest, six bits a character, the lowest first. */
export function cryptText(digest: Uint8Array, groups: readonly (readonly number[])[]): string {
  return groups.map((group) => groupText(digest, group)).join('')
}

function groupText(digest: Uint8Array, group: readonly number[]): string {
  let value = 0
  for (const index of group) value = (value << 8) | (digest[index] ?? 0)
  let text = ''
  for (let rest = 0; rest < group.length + 1; rest += 1) {
    text += cryptAlphabet[value & 0x3f]
    value >>>= 6
  }
  return text
}
