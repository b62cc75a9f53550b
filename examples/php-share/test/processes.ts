/** What runs on this machine, from `/proc`. */
import { readdirSync, readFileSync } from 'node:fs'

/** A process. */
export interface Process {
  readonly pid: string
  /** The name of its program, 15 letters at most. */
  readonly name: string
  readonly parent: string
  /** When it began: an id may be another process's by now. */
  readonly start: string
}

/** A process's children, theirs, and so on. */
export function offspringOf(pid: number): Process[] {
  const all = processes()
  const found = new Set([String(pid)])
  // A set gives what is added while one walks over it.
  for (const parent of found) for (const each of all) if (each.parent === parent) found.add(each.pid)
  return all.filter((each) => found.has(each.pid) && each.pid !== String(pid))
}

/** Those that still run. */
export function survivors(once: readonly Process[]): Process[] {
  const now = processes()
  return once.filter(({ pid, start }) => now.some((each) => each.pid === pid && each.start === start))
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap(statusOf)
}

/** See proc_pid_stat(5). One that has ended and was not asked for yet counts as gone. */
function statusOf(pid: string): Process[] {
  try {
    const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const fields = rest.split(' ')
    return fields[0] === 'Z' ? [] : [{ pid, name, parent: fields[1] ?? '', start: fields[19] ?? '' }]
  } catch {
    return []
  }
}
