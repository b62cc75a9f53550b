import { type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { SekishoError } from 'sekisho'
import { readKeyFile } from 'sekisho/keys'
import { type Check, once, type Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { blockedAncestor, firstThere, isWritable, ownerName, userNumbers } from '../site/ground-node.ts'
import { asRoot, quoted } from '../mend/shell.ts'
import { partedMend } from '../mend/told.ts'
import type { SitePatient } from '../site/patient.ts'

/** Can the gateway use its own directory, and are its keys safe? */
export const stateCheck: Check<SitePatient> = {
  name: 'state',
  asks: "Can the gateway's user use the state directory, and does nobody else read or change the key file?",
  needs: [],
  looks: ({ stateDirectory }) => once(() => look(stateDirectory)),
}

function look(directory: string): Sight {
  const blocked = blockedAncestor(directory)
  if (blocked !== undefined) return { findings: [passage(directory, blocked)] }
  const status = statSync(directory, { throwIfNoEntry: false })
  return status === undefined ? lookAtPlace(directory) : lookAtDirectory(directory, status)
}

/** The gateway makes it when it first starts. */
function lookAtPlace(directory: string): Sight {
  const ground = firstThere(directory)
  if (isWritable(ground)) return { details: [`${directory} is made when the gateway first starts`] }
  const { uid, gid } = userNumbers()
  const message = `Permission denied: the state directory ${directory} does not exist, and ${ownerName()} cannot make it in ${ground}`
  const command = asRoot(`install -d -m 700 -o ${uid} -g ${gid} ${quoted(directory)}`)
  return { findings: [advice('error', 'permission-denied', message, { command })] }
}

function lookAtDirectory(directory: string, { mode, uid }: Stats): Sight {
  const user = userNumbers()
  const isForeign = uid !== user.uid && uid !== 0
  if (isForeign || (mode & 0o022) !== 0 || !isWritable(directory)) {
    const message = `Permission denied: the state directory ${directory} is not ${ownerName()}'s own`
    const found = `user ${uid}, mode ${(mode & 0o777).toString(8)}`
    const command = asRoot(`chown -R ${user.uid}:${user.gid} ${quoted(directory)} && chmod 700 ${quoted(directory)}`)
    return { findings: [advice('error', 'permission-denied', message, { found, command })] }
  }
  return lookAtKeys(join(directory, 'keys'))
}

function lookAtKeys(path: string): Sight {
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    return { details: [`${path} is made when the gateway first starts`] }
  try {
    readKeyFile(path)
    return { details: [`${path} can be read by the gateway alone`] }
  } catch (error) {
    if (!(error instanceof SekishoError)) throw error
    const { what, ...mend } = partedMend(error.message)
    return { findings: [advice('error', 'key-file', what, mend)] }
  }
}

/** A directory on the way that lets nobody through. */
export function passage(path: string, blocked: string): Advice {
  const message = `Permission denied: ${ownerName()} is not let through ${blocked}, on the way to ${path}`
  return advice('error', 'permission-denied', message, { command: asRoot(`chmod a+x ${quoted(blocked)}`) })
}
