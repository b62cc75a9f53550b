/** Runs `sekisho` as a program of its own, and looks at its memory meanwhile. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { sekishoCommand, sekishoEnvironment } from '../command/run.ts'

/** What came of it. */
export interface Measured {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  /** The most octets of memory that it had. */
  readonly peak: number
  /** By how much that is more than the most that it had in the first third of its time; 0 for a run too short to tell. */
  readonly growth: number
  /** The lines that said how far it was. */
  readonly progress: readonly string[]
}

const everyMs = 250
const fewestSamples = 40

/** @param interruptAfter Seconds after which it gets a SIGINT (default: none). */
export async function runMeasured(words: readonly string[], interruptAfter?: number): Promise<Measured> {
  const [program, ...rest] = sekishoCommand(words)
  const child = spawn(program, rest, { env: sekishoEnvironment({}), stdio: ['ignore', 'pipe', 'pipe'] })
  const samples: number[] = []
  const sampling = setInterval(() => samples.push(residentOf(child.pid)), everyMs)
  const interrupting =
    interruptAfter === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), interruptAfter * 1000)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearInterval(sampling)
  clearTimeout(interrupting)
  const progress = stderr.split('\n').filter((line) => /: .*[\d,]+.*\/s/.test(line))
  return { stdout, stderr, code, peak: Math.max(0, ...samples), growth: growthOf(samples), progress }
}

function growthOf(samples: readonly number[]): number {
  if (samples.length < fewestSamples) return 0
  const third = Math.floor(samples.length / 3)
  return Math.max(0, Math.max(...samples.slice(third)) - Math.max(...samples.slice(0, third)))
}

/** In pages of 4 kB, as Linux counts; 0 when it has just ended. */
function residentOf(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}
