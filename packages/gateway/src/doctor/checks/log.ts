import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { logPlaces } from '../../server/log/log-places.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { ErrorLog } from '../../config/directives/logs.ts'
import type { Place } from '../../config/source.ts'
import { asRoot, quoted } from '../mend/shell.ts'
import { canAppend, isWritable, ownerName, userNumbers } from '../site/ground-node.ts'
import type { SitePatient } from '../site/patient.ts'

/** Can the log be written, and what has it told lately? */
export const logCheck: Check<SitePatient> = {
  name: 'log',
  asks: 'Can the logs be written, and have the last lines of the error log told of the usual failures?',
  item: '7-1, 7-7',
  needs: ['configuration'],
  looks: ({ config }) => {
    const places = new Map(logPlaces(config.site).map((place) => [place.path, place]))
    return [...places.values()].flatMap(({ path, directive, settings }) =>
      path === undefined
        ? []
        : [
            {
              about: { key: path, name: path },
              run: () => look(path, directive === ErrorLog, settings.placeOf(directive) ?? {}),
            },
          ],
    )
  },
}

function look(path: string, isErrorLog: boolean, place: Partial<Place>): Sight {
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() === true
  if (isThere ? !canAppend(path) : !isWritable(dirname(path)))
    return { findings: [{ ...refused(path, isThere), ...place }] }
  if (!isThere || !isErrorLog) return { details: [`${path} can be written`] }
  const lines = lastLines(path)
  const told = usual.flatMap((usualFailure) => toldOf(usualFailure, lines) ?? [])
  return { findings: told.map((one) => ({ ...one, ...place })), details: [`${path} can be written`] }
}

function refused(path: string, isThere: boolean): Advice {
  const { uid, gid } = userNumbers()
  const folder = quoted(dirname(path))
  const command = isThere
    ? `chown ${uid} ${quoted(path)} && chmod u+w ${quoted(path)}`
    : `mkdir -p ${folder} && chown ${uid}:${gid} ${folder}`
  return advice('error', 'log-unusable', `Permission denied: ${ownerName()} cannot write the log ${path}`, {
    command: asRoot(command),
  })
}

interface Usual {
  readonly words: string
  readonly fix: string
}

/** The article's table of failures. */
const usual: readonly Usual[] = [
  { words: 'SessionCryptoPassphrase not set', fix: 'set SessionCryptoPassphrase; the check passphrase says how' },
  {
    words: 'Permission denied',
    fix: 'mend the rights of what the log names; the checks state, directory and users say how',
  },
  { words: 'No space left on device', fix: 'make room; the check space says how' },
  {
    words: 'session expired',
    fix: 'let SessionTimeout be longer if people complain; the check lifetime says what it is',
  },
  { words: 'session not found', fix: 'see whether browsers keep the cookie; the check cookie says so' },
]

/** Old failures may have been mended long ago, so they are no more than a hint. */
function toldOf({ words, fix }: Usual, lines: readonly string[]): Advice | undefined {
  const count = lines.filter((line) => line.includes(words)).length
  if (count === 0) return undefined
  return advice('info', 'log-tells', `${words}: ${count} of the last ${lines.length} lines of the log say so`, { fix })
}

const mostOctets = 256 * 1024
const mostLines = 1000

function lastLines(path: string): string[] {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const octets = Buffer.alloc(Math.min(size, mostOctets))
    readSync(file, octets, 0, octets.length, size - octets.length)
    return octets.toString().trimEnd().split('\n').slice(-mostLines)
  } finally {
    closeSync(file)
  }
}
