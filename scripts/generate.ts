/**
 * Writes what is made from the sources: `docs/reference/` and `api/`. With `--check` it compares instead.
 *
 * @module
 */
import { apiFiles } from './api.ts'
import { differences, write } from './lib/generated.ts'
import { runAsProgram } from './lib/steps.ts'
import { referenceFiles } from './reference.ts'

const made = process.argv.includes('--check') ? differences : replaced

function replaced(...[folder, files]: Parameters<typeof write>): string[] {
  write(folder, files)
  return []
}

await runAsProgram([
  { name: 'docs/reference', run: () => made('docs/reference', referenceFiles()) },
  { name: 'api', run: async () => made('api', await apiFiles()) },
])
