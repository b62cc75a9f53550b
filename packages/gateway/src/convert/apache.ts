import type { Diagnostic } from '../config/diagnostics.ts'
import { loadConfig } from '../config/load-node.ts'
import type { Conversion, Note } from './contract.ts'

/** What is different here though the same line stands there. By directive, in lower case. */
const changes: Readonly<Record<string, string>> = {
  session: 'overlapping requests keep the changes of each other where sessions are in a store',
  sessioncookiename: 'one Set-Cookie per answer; more than a cookie can carry is refused, and not cut off',
  sessioncryptopassphrase:
    'cookies of the real server are opened, and the other way round; keys are derived once, and then kept',
  sessioncryptocipher:
    'without it aes256, as there; "SessionCryptoCipher xaes256" costs a tenth, and the real server cannot read it',
  sessionmaxage:
    'enforced on the server whatever the cookie says; the cookie gets a Max-Age (SessionCookieMaxAge Off leaves it out)',
  sessionheader: 'the header never reaches the visitor; apps also get it with the id of the session',
  sessiondbdcookiename: 'the id is kept as a hash; expired rows are removed',
  sessiondbdperuser: 'works with the login of a form too',
  authformprovider: 'a login gets a new id, and the password is not kept in the session',
  authformfakebasicauth: 'apps get the user without a password, which the session does not hold',
  authuserfile: 'a missing or unreadable file is told at the start, not at the first login',
  proxypass: 'bodies are streamed both ways; what visitors say in X-Forwarded-* is not believed',
}

/**
 * A configuration of Apache as one of the gateway: the same lines, because the gateway reads them. What it does not have is put
 * into comments with the reason.
 *
 * @param file Absolute.
 * @param text Its text.
 */
export function convertApache(file: string, text: string): Conversion {
  const { diagnostics } = loadConfig(file)
  const here = diagnostics.filter((finding) => finding.file === file)
  const lines = text.split(/\r?\n/)
  const gone = new Map(here.filter(isWithoutEffect).map((finding) => [finding.line, finding]))
  const converted = lines.map((line, index) => withReason(line, gone.get(index + 1)))
  const notes = [...here.map((finding) => noteOf(finding, lines)), ...changesIn(lines, gone)]
  return { text: converted.join('\n'), notes: notes.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)) }
}

/** Sections stay open or closed together; so only lines of their own go. */
function isWithoutEffect({ code }: Diagnostic): boolean {
  return code === 'ignored-directive' || code === 'unknown-directive'
}

function withReason(line: string, finding: Diagnostic | undefined): string {
  if (finding === undefined || /^\s*</.test(line)) return line
  const space = /^\s*/.exec(line)?.[0] ?? ''
  return `${space}# ${finding.message}\n${space}#${line.trimStart()}`
}

function noteOf({ line, message, fix }: Diagnostic, lines: readonly string[]): Note {
  const about = /^\s*<?([A-Za-z]\w*)/.exec(lines[line - 1] ?? '')?.[1] ?? 'this line'
  return { about, line, text: fix === undefined ? message : `${message}; ${fix}` }
}

function* changesIn(lines: readonly string[], gone: ReadonlyMap<number, unknown>): Generator<Note> {
  const told = new Set<string>()
  for (const [index, line] of lines.entries()) {
    const name = /^\s*([A-Za-z]\w*)/.exec(line)?.[1] ?? ''
    const text = changes[name.toLowerCase()]
    if (text === undefined || told.has(name.toLowerCase()) || gone.has(index + 1)) continue
    told.add(name.toLowerCase())
    yield { about: name, line: index + 1, text }
  }
}
