/**
 * `npm run build`: makes what is published, in `artifacts/`, and lets publint look at it. To publish: `npm publish ./artifacts/sekisho`.
 *
 * @module
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { stage } from './lib/stage.ts'
import { repo } from './lib/repo.ts'
import { runAsProgram } from './lib/steps.ts'

const folder = 'artifacts/sekisho'

async function lintPackage(): Promise<string[]> {
  const { messages, pkg } = await publint({
    pkgDir: join(repo, folder),
    pack: 'npm',
    level: 'suggestion',
    strict: true,
  })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

async function build(): Promise<string[]> {
  rmSync(join(repo, folder), { recursive: true, force: true })
  return stage('packages/sekisho', join(repo, folder))
}

await runAsProgram([
  { name: `build ${folder}`, run: build },
  { name: 'publint', run: lintPackage },
])
