import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.ts'

/** A language that the gatehouse is written in. */
export interface Gatehouse {
  /** As a message calls it: `Python`. */
  readonly language: string
  readonly command: string
  /** What runs it at a port. */
  args(port: number): readonly string[]
}

interface Candidate extends Gatehouse {
  /** What succeeds where this language is there, and new enough. */
  readonly trial: readonly string[]
}

const file = (name: string) => fileURLToPath(new URL(`../gatehouse/${name}`, import.meta.url))

/** The first that is there is taken. */
const candidates: Readonly<Record<string, Candidate>> = {
  python: {
    language: 'Python',
    command: 'python3',
    trial: ['-c', 'import sys, http.server; sys.exit(sys.version_info < (3, 7))'],
    args: () => [file('gatehouse.py')],
  },
  php: {
    language: 'PHP',
    command: 'php',
    trial: ['-r', 'exit(PHP_VERSION_ID < 80100 ? 1 : 0);'],
    args: (port) => ['-S', `127.0.0.1:${port}`, file('gatehouse.php')],
  },
  node: {
    language: 'Node',
    command: process.execPath,
    trial: ['--version'],
    args: () => [file('gatehouse.mjs')],
  },
}

/** Chooses the language of the gatehouse. @param wanted `python`, `php` or `node`; undefined: the first one that is there. */
export function chooseGatehouse(wanted: string | undefined): Gatehouse {
  const known = Object.keys(candidates)
  if (wanted !== undefined && !known.includes(wanted))
    throw new Failure(`SITE_GATEHOUSE must be one of ${known.join(', ')}; it is ${JSON.stringify(wanted)}`)
  const found = Object.entries(candidates).find(([name, candidate]) => (wanted ?? name) === name && isThere(candidate))
  if (found !== undefined) return found[1]
  const { command, language } = candidates[wanted ?? 'node'] as Candidate
  throw new Failure(
    `SITE_GATEHOUSE is ${wanted ?? ''}, and ${command} cannot be run or is too old: install ${language}, or leave SITE_GATEHOUSE out`,
  )
}

function isThere({ command, trial }: Candidate): boolean {
  return spawnSync(command, trial, { stdio: 'ignore', timeout: 10_000 }).status === 0
}
