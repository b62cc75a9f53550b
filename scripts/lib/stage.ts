/**
 * Makes a package as it is published: compiled, with its license, and without what only this repository needs.
 *
 * @module
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repo } from './repo.ts'
import { runTool } from './steps.ts'

interface Manifest {
  exports: Record<string, string | Record<string, string>>
}

/**
 * Compiles a package into a folder of its own and puts beside it what npm needs.
 *
 * @param packageFolder Relative to the top folder.
 * @param target An absolute path.
 * @returns What the compiler said against it.
 */
export async function stage(packageFolder: string, target: string): Promise<string[]> {
  mkdirSync(target, { recursive: true })
  const project = join(packageFolder, 'tsconfig.json')
  const problems = await runTool('typescript/bin/tsc', ['-p', project, '--outDir', join(target, 'dist')])
  writeFileSync(join(target, 'package.json'), publishedManifest(packageFolder))
  for (const file of ['LICENSE', 'README.md']) {
    const source = [join(repo, packageFolder, file), join(repo, file)].find((path) => existsSync(path))
    if (source !== undefined) copyFileSync(source, join(target, file))
  }
  return problems
}

/** The `source` conditions point at files that are not published: a bundler that knows the condition would follow them. */
function publishedManifest(packageFolder: string): string {
  const manifest = JSON.parse(readFileSync(join(repo, packageFolder, 'package.json'), 'utf8')) as Manifest
  for (const target of Object.values(manifest.exports)) if (typeof target !== 'string') delete target['source']
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}
