/**
 * `npm run build`: makes what is published, in `artifacts/`: a folder and a tarball for the library, and for the gateway with
 * the command. publint looks at both. To publish: `npm publish ./artifacts/sekisho`.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { published, stage } from './lib/stage.ts'
import { repo } from './lib/repo.ts'
import { runAsProgram, type Step } from './lib/steps.ts'

const artifacts = join(repo, 'artifacts')

async function lintPackage(folder: string): Promise<string[]> {
  const { messages, pkg } = await publint({ pkgDir: folder, pack: 'npm', level: 'suggestion', strict: true })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

async function pack(folder: string): Promise<string[]> {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', artifacts], { cwd: folder, stdio: 'ignore' })
  return []
}

rmSync(artifacts, { recursive: true, force: true })
const steps = published.flatMap((one): Step[] => {
  const folder = join(artifacts, one.name)
  return [
    { name: `build artifacts/${one.name}`, run: () => stage(one, folder) },
    { name: `publint artifacts/${one.name}`, run: () => lintPackage(folder) },
    { name: `pack artifacts/${one.name}`, run: () => pack(folder) },
  ]
})
await runAsProgram(steps)
