import { existsSync } from 'node:fs'
import { check } from '../../check/check.ts'
import type { Diagnostic } from '../../config/diagnostics.ts'
import { type Check, once, type Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot, edit, quoted } from '../mend/shell.ts'
import { blockedAncestor, canRead, ownerName, userNumbers } from '../site/ground-node.ts'
import { passage } from './state.ts'
import type { SitePatient } from '../site/patient.ts'

/** Is there a mistake in the configuration? */
export const configurationCheck: Check<SitePatient> = {
  name: 'configuration',
  asks: 'Does the configuration say what its author meant: no misspelt directive, nothing missing, nothing that has no effect?',
  item: '7-1',
  needs: [],
  looks: (patient) => once(() => look(patient)),
}

/** What the checks of what it is about say better, because they have looked at it. */
const saidElsewhere: readonly RegExp[] = [
  /^SessionCryptoPassphrase not set: the session stands/,
  /^The passphrase is short/,
  /not set: sessions are to be kept in/,
  /^AuthType \w+ needs an AuthUserFile/,
  /The certificate or its key cannot be/,
]

const codesElsewhere: ReadonlySet<string> = new Set(['skipped-section', 'unusable-file'])

function look({ file, load, config }: SitePatient): Sight {
  const closed = closedTo(file)
  if (closed !== undefined) return { findings: [closed] }
  const { findings } = check(file, load)
  const own = findings.filter(
    ({ code, message }) => !codesElsewhere.has(code) && !saidElsewhere.some((pattern) => pattern.test(message)),
  )
  const included = config.sources.size - 1
  const details = `${file}${included > 0 ? `, and ${included} files that it includes,` : ''} can be served`
  return { findings: own.map(withCommand), details: own.length > 0 ? [] : [details] }
}

/** The file may hold passphrases: it is opened to the group of the gateway, not to everybody. */
function closedTo(file: string): Advice | undefined {
  const blocked = blockedAncestor(file)
  if (blocked !== undefined) return passage(file, blocked)
  if (!existsSync(file) || canRead(file)) return undefined
  const command = asRoot(`chgrp ${userNumbers().gid} ${quoted(file)} && chmod 640 ${quoted(file)}`)
  return advice('error', 'permission-denied', `Permission denied: ${ownerName()} cannot read ${file}`, { command })
}

function withCommand(diagnostic: Diagnostic): Advice {
  const command = commandFor(diagnostic)
  return command === undefined ? diagnostic : { ...diagnostic, command }
}

/** The shell line, where the mending is a matter of one line and leaves no choice. */
function commandFor(diagnostic: Diagnostic): string | undefined {
  const { code, message, expected, found, fix } = diagnostic
  if (code === 'unknown-directive' && expected !== undefined && found !== undefined && fix === `write ${expected}`)
    return edit.word(diagnostic, found, expected)
  if (message.startsWith('SessionCryptoPassphrase not set')) return edit.passphraseBehind(diagnostic)
  if (fix !== undefined && /^remove the line(?:$|[:;])/.test(fix)) return edit.away(diagnostic)
  if (fix === 'write Session On') return edit.behind(diagnostic, 'Session On')
  return undefined
}
