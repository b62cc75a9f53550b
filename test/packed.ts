/**
 * Packages as npm would publish them, in a folder that knows nothing of this repository.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Published, stage } from '../scripts/lib/stage.ts'

/** The Node that runs npm, the older one on a fresh machine, and ours. */
export const nodes: readonly (readonly [title: string, node: string])[] = [
  ['the Node that runs npm', process.env['npm_node_execpath'] ?? 'node'],
  ['the newest supported Node', process.execPath],
]

/** Where a program runs, and what it reads. */
export interface Run {
  readonly cwd: string
  readonly input?: string
}

/** Stages and packs a package. @returns The path of its tarball. */
export async function packed(one: Published, folder: string): Promise<string> {
  const staged = join(folder, one.name)
  assert.deepEqual(await stage(one, staged), [])
  const file = npm(['pack', '--pack-destination', folder], staged).trim().split('\n').at(-1) ?? ''
  return join(folder, file)
}

/** Puts what is in a tarball into a folder. */
export function unpack(tarball: string, folder: string): void {
  mkdirSync(folder, { recursive: true })
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder], { cwd: folder })
}

/** The npm that runs these tests, on the Node that it runs on. */
export function npm(args: readonly string[], cwd: string): string {
  const [node, script] = [process.env['npm_node_execpath'], process.env['npm_execpath']]
  if (node === undefined || script === undefined) return run('npm', args, { cwd })
  return run(node, [script, ...args], { cwd })
}

/** Runs a program to its end; what it prints goes into the failure. */
export function run(program: string, args: readonly string[], { cwd, input = '' }: Run): string {
  try {
    return execFileSync(program, args, { cwd, input, env: foreign(), encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')} failed\n${stdout}${stderr}`, { cause: error })
  }
}

/** The environment without what npm and the test runner put into it. */
export function foreign(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_)/.test(name)))
}
