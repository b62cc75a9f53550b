/**
 * Named steps that either find nothing or say what they found.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { repo } from './repo.ts'

/** One gate. */
export interface Step {
  /** As it is shown. */
  readonly name: string
  /** The command that mends what it finds, if there is one. */
  readonly mend?: string
  /** @returns What is wrong, one entry per finding; empty when nothing is. */
  run(): string[] | Promise<string[]>
}

/**
 * Runs steps one after the other, all of them, and prints each with its time.
 *
 * @returns The names of those that failed.
 */
export async function runSteps(steps: readonly Step[]): Promise<string[]> {
  const failed: string[] = []
  for (const step of steps) {
    const problems = await timed(step)
    if (problems.length > 0) failed.push(step.name)
  }
  return failed
}

/** Runs steps as a program of its own: the exit code says whether all was well. */
export async function runAsProgram(steps: readonly Step[]): Promise<void> {
  const failed = await runSteps(steps)
  if (failed.length === 0) return
  console.log(`\nfailed: ${failed.join('; ')}`)
  process.exitCode = 1
}

async function timed(step: Step): Promise<string[]> {
  const start = performance.now()
  const problems = await attempt(step)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${problems.length === 0 ? '✔' : '✖'} ${step.name} (${seconds} s)`)
  for (const problem of problems) console.log(problem.replaceAll(/^/gm, '  '))
  if (problems.length > 0 && step.mend !== undefined) console.log(`  mend it with: ${step.mend}`)
  return problems
}

async function attempt(step: Step): Promise<string[]> {
  try {
    return await step.run()
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/**
 * Runs a JavaScript program of an installed package.
 *
 * @param program The file below `node_modules`.
 * @returns What it printed, when it failed.
 */
export async function runTool(program: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [join(repo, 'node_modules', program), ...args], {
    cwd: repo,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => printed.push(part))
  child.stderr.on('data', (part: Buffer) => printed.push(part))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return []
  return [Buffer.concat(printed).toString().trim() || `${program} ended with ${String(code)}`]
}
