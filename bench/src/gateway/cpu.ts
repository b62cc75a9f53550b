import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second for programs, whatever it counts in itself. */
const tickMicros = 10_000

/**
 * CPU time of a process and of all that it has started, in microseconds: of users and of the system, of all threads, of those
 * too that have ended. Linux only.
 */
export function cpuOf(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + ticksOf(each), 0) * tickMicros
}

function descendants(pid: number): number[] {
  const folder = `/proc/${pid}/task`
  const children = readdirSync(folder).flatMap((thread) =>
    numbers(readFileSync(`${folder}/${thread}/children`, 'utf8')),
  )
  return children.flatMap((child) => [child, ...descendants(child)])
}

function numbers(text: string): number[] {
  return text
    .split(' ')
    .filter((word) => word.trim() !== '')
    .map(Number)
}

/** Of proc_pid_stat(5): utime, stime, and those of children that it has waited for. The name before them may hold anything. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields
    .slice(11, 15)
    .map(Number)
    .reduce((sum, ticks) => sum + ticks, 0)
}
