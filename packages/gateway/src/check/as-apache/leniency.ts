import type { Diagnostic, DiagnosticCode } from '../../config/diagnostics.ts'
import type { Source } from '../../config/source.ts'

/** Lines that are refused here, and that the real server takes: to fail later, or to mean something that nobody wants. */
const takenByApache: readonly { readonly line: RegExp; readonly code: DiagnosticCode; readonly why: string }[] = [
  { line: /^ServerName\b/i, code: 'bad-value', why: 'what is no host name is taken for one' },
  { line: /^SSLEngine\b/i, code: 'missing-directive', why: 'the start fails later, for want of a certificate' },
  {
    line: /^SessionCryptoCipher\b/i,
    code: 'missing-directive',
    why: 'without a passphrase nothing is encrypted, silently',
  },
  { line: /^SessionCryptoCipher\b/i, code: 'bad-value', why: 'an unknown cipher fails on every request (AH01824)' },
  {
    line: /^SessionHeader\b/i,
    code: 'missing-directive',
    why: 'nothing is signed there, and no passphrase is asked for',
  },
  {
    line: /^(?:Session|DBD|AuthForm|Limit|MaxKeep|Proxy|Kept)?\w*(?:Age|Interval|Min|Keep|Max|time|Size|Requests|Timeout|Line|Fields|Body)\b/i,
    code: 'bad-value',
    why: 'leading digits are taken for the number, and anything else for 0',
  },
  {
    line: /^(?:SessionHeader|RemoteIPHeader|RemoteIPProxiesHeader|AuthType|DBDriver)\b/i,
    code: 'bad-value',
    why: 'names that do not exist fail on every request',
  },
  { line: /^ProxyPass/i, code: 'bad-value', why: 'a host that cannot exist fails on every request' },
  {
    line: /^Redirect\b/i,
    code: 'wrong-arguments',
    why: 'a single argument is a redirect of everything that never matches',
  },
  { line: /^Redirect/i, code: 'bad-value', why: 'in a section, any text is taken for an address' },
  { line: /^<VirtualHost/i, code: 'bad-value', why: 'an address that is none is ignored, and the host with it' },
  { line: /^<Files/i, code: 'malformed-section', why: 'an empty name never matches' },
  { line: /^<Directory/i, code: 'bad-value', why: 'a relative path never matches, and protects nothing' },
  { line: /^<If\w+ /i, code: 'unclosed-section', why: 'a condition that holds is not missed when it stays open' },
]

/** Why the real server takes a line that is refused here; undefined when it refuses it too. */
export function leniencyOf(code: string, lineText: string): string | undefined {
  const line = lineText.trim()
  return takenByApache.find((entry) => entry.code === code && entry.line.test(line))?.why
}

/** What the real server makes of findings that were made here: what it takes is no error, and what it has is no news. */
export function asApacheTakesThem(findings: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): Diagnostic[] {
  return findings.flatMap((finding): Diagnostic[] => {
    const text = sources.get(finding.file)?.lineText(finding.line) ?? ''
    if (isOurRefusal(finding, text)) return []
    const why = finding.severity === 'error' ? leniencyOf(finding.code, text) : undefined
    if (why === undefined) return [finding]
    const message = `The real server takes this line: ${why} (${finding.message})`
    return [{ ...finding, severity: 'warning', code: 'differs-in-apache', message }]
  })
}

/** Directives that this gateway leaves out or refuses to leave out; the `Error` directive stops both. */
function isOurRefusal({ code }: Diagnostic, text: string): boolean {
  if (code === 'refused-directive') return !/^\s*Error\b/i.test(text)
  return code === 'ignored-directive'
}
