/** What stands in the place of a secret. */
const veil = '…'

/** A directive whose arguments are secrets, misspelt ones too; not one that names the file with them. */
const secretDirective = /^(\s*\w*(?:passp|passw|secret)(?!\w*file)\w*\s+)(.+)$/i

/** Passwords within longer arguments: of `DBDParams`, of a URL, of a header. */
const passwords: readonly (readonly [pattern: RegExp, shown: string])[] = [
  [/\b(pass(?:word|wd)?\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s,;|"']+)/gi, `$1${veil}`],
  [/(:\/\/[^\s:/@"]*:)[^\s/@"]+@/g, `$1${veil}@`],
  [/(\bauthorization\W+(?:basic|bearer)\s+)[^\s"]+/gi, `$1${veil}`],
]

/** A line of a configuration as it may be shown and logged: without passphrases and passwords. */
export function withoutSecrets(line: string): string {
  const [, head, rest] = secretDirective.exec(line) ?? []
  if (head !== undefined && rest !== undefined) return head + (/^"?exec:/.test(rest) ? rest : veil)
  let shown = line
  for (const [pattern, instead] of passwords) shown = shown.replaceAll(pattern, instead)
  return shown
}
