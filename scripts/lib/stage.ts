/**
 * Makes packages as they are published: compiled, with their license, and without what only this repository needs.
 *
 * @module
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repo } from './repo.ts'
import { runTool } from './steps.ts'

/** A package that is published. */
export interface Published {
  /** Its folder in this repository, relative to the top. */
  readonly source: string
  /** The name of the folder that it is staged in. */
  readonly name: string
  /** What it holds beside its code: names in the package, and files of this repository. */
  readonly files: Readonly<Record<string, string>>
}

const text = { LICENSE: 'LICENSE', 'README.md': 'README.md' }

/** The library. */
export const library: Published = { source: 'packages/sekisho', name: 'sekisho', files: text }

/** The gateway, and with it the command. */
export const gateway: Published = {
  source: 'packages/gateway',
  name: 'gateway',
  files: { ...text, 'sekisho.1': 'docs/reference/sekisho.1' },
}

/** All of them, each behind those that it needs. */
export const published: readonly Published[] = [library, gateway]

interface Manifest {
  private?: boolean
  exports?: Record<string, string | Record<string, string>>
  bin?: Record<string, string>
}

/**
 * Compiles a package into a folder of its own and puts beside it what npm needs.
 *
 * @param target An absolute path.
 * @returns What the compiler said against it.
 */
export async function stage({ source, files }: Published, target: string): Promise<string[]> {
  mkdirSync(target, { recursive: true })
  const project = join(source, 'tsconfig.json')
  const problems = await runTool('typescript/bin/tsc', ['-p', project, '--outDir', join(target, 'dist')])
  writeFileSync(join(target, 'package.json'), publishedManifest(source))
  for (const [name, file] of Object.entries(files)) copyFileSync(join(repo, file), join(target, name))
  return problems
}

/** The `source` conditions point at files that are not published: a bundler that knows the condition would follow them. */
function publishedManifest(source: string): string {
  const manifest = JSON.parse(readFileSync(join(repo, source, 'package.json'), 'utf8')) as Manifest
  delete manifest.private
  for (const target of Object.values(manifest.exports ?? {})) if (typeof target !== 'string') delete target['source']
  for (const [name, program] of Object.entries(manifest.bin ?? {}))
    manifest.bin = { ...manifest.bin, [name]: compiled(program) }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

/** `./src/main.ts` is `dist/main.js`. */
function compiled(program: string): string {
  return program.replace('./src/', 'dist/').replace(/\.ts$/, '.js')
}
