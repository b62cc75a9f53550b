import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes sure that the peers are there, as `bench/package.json` pins them; installs them unless `permitted` is false.
 *
 * @returns What is in the way and the command that mends it; `undefined` when all is there.
 */
export function ensurePeers(folder: string, permitted: boolean): string | undefined {
  if (missing(folder).length === 0) return undefined
  const command = 'npm ci --prefix bench'
  if (!permitted) return `the peers are not installed; mend it with: ${command}`
  console.error(`installing the peers: ${command}`)
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], { cwd: folder, stdio: ['ignore', 2, 2] })
  const left = missing(folder)
  if (left.length === 0) return undefined
  return `\`npm ci\` ended with ${String(status)}, and ${left.join(', ')} is missing; mend it with: ${command}`
}

function missing(folder: string): string[] {
  const { dependencies } = readManifest(join(folder, 'package.json'))
  return Object.entries(dependencies ?? {})
    .filter(([name, version]) => {
      const path = join(folder, 'node_modules', name, 'package.json')
      return !existsSync(path) || readManifest(path).version !== version
    })
    .map(([name]) => name)
}

function readManifest(path: string): {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
} {
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof readManifest>
}
