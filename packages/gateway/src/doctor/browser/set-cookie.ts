/** A Set-Cookie line as a browser reads it. */
export interface SetCookie {
  readonly name: string
  readonly value: string
  /** By lower-case name; of several the last counts. Attributes that are too long are not there. */
  readonly attributes: ReadonlyMap<string, string>
}

/** Longer attribute values are ignored (RFC 6265bis 5.6, step 6 of the loop over attributes). */
const longestAttribute = 1024

/** Reads a line (RFC 6265bis 5.6). @returns Undefined for what a browser throws away as a whole. */
export function parseSetCookie(line: string): SetCookie | undefined {
  // Step 1: a control character other than the tab spoils the line.
  if (hasControls(line)) return undefined
  const [pair = '', ...rest] = line.split(';')
  const [name, value] = split(pair) ?? ['', pair.trim()]
  if (name === '' && value === '') return undefined
  const attributes = rest.map((part): [string, string] => split(part) ?? [part.trim(), ''])
  const kept = attributes.filter(([, text]) => Buffer.byteLength(text) <= longestAttribute)
  return { name, value, attributes: new Map(kept.map(([key, text]) => [key.toLowerCase(), text])) }
}

function hasControls(line: string): boolean {
  return [...line].some((character) => (character < ' ' && character !== '\t') || character === '\u007f')
}

function split(part: string): [string, string] | undefined {
  const at = part.indexOf('=')
  return at === -1 ? undefined : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
}
