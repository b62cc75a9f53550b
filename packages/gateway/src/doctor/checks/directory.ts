import { statSync } from 'node:fs'
import type { Problem } from '../../config/diagnostics.ts'
import { SekishoError } from 'sekisho'
import { checkDirectory } from '../../session/stores/files/file-directory-node.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot } from '../mend/shell.ts'
import { partedMend } from '../mend/told.ts'
import { blockedAncestor, ownerName, userNumbers } from '../site/ground-node.ts'
import { SessionStoreFileName } from '../../config/directives/session.ts'
import type { SitePatient } from '../site/patient.ts'
import type { DirectorySubject } from '../site/stores.ts'
import { passage } from './state.ts'

/** Can sessions be written into their directory, and does nobody else look into it? */
export const directoryCheck: Check<SitePatient> = {
  name: 'directory',
  asks: "Can the gateway's user make, link and remove files in the directory of the sessions, and can nobody else look into it?",
  item: '7-3',
  needs: ['configuration', 'state'],
  looks: ({ directories }) => directories.map((about) => ({ about, run: () => look(about) })),
}

function look(store: DirectorySubject): Sight {
  const { directory, isOwn, settings } = store
  const place = settings.placeOf(SessionStoreFileName) ?? {}
  const blocked = blockedAncestor(directory)
  if (blocked !== undefined) return { findings: [{ ...passage(directory, blocked), ...place }] }
  if (isOwn && statSync(directory, { throwIfNoEntry: false }) === undefined)
    return { details: [`${directory} is made when the gateway first starts`] }
  try {
    const weakness = checkDirectory(directory)
    const findings = weakness === undefined ? [] : [openToOthers(weakness, isOwn)]
    return {
      findings: findings.map((finding) => ({ ...finding, ...place })),
      details: [`${ownerName()} can write ${directory}`],
    }
  } catch (error) {
    if (!(error instanceof SekishoError)) throw error
    // A disk without room is another check's.
    if (error.code === 'ERR_STORE_FULL') return { details: [`${ownerName()} may write ${directory}`] }
    return { findings: [{ ...refused(directory, error.message), ...place }] }
  }
}

/** The gateway does not start with a directory of its own that is open. */
function openToOthers({ message, found, fix }: Problem, isOwn: boolean): Advice {
  return advice(isOwn ? 'error' : 'warning', 'open-to-others', message, {
    ...(found !== undefined && { found }),
    ...(fix !== undefined && { command: asRoot(fix) }),
  })
}

/** The article's own remedy is root's directory with the group of the server; both are accepted. */
function refused(directory: string, message: string): Advice {
  const { what, ...mend } = partedMend(message)
  const { uid, gid } = userNumbers()
  const status = statSync(directory, { throwIfNoEntry: false })
  const found = status && `user ${status.uid}, group ${status.gid}, mode ${(status.mode & 0o777).toString(8)}`
  return advice('error', 'permission-denied', what, {
    expected: `a directory of user ${uid} (${ownerName()}), or of root and group ${gid}, mode 770 or 700`,
    ...(found !== undefined && { found }),
    ...mend,
  })
}
