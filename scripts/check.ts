/**
 * All gates that need no test: types, lint, format, layers, doc comments, generated files, and the repository itself.
 *
 * @module
 */
import { checkDocs } from './check-docs.ts'
import { checkLayers } from './check-layers.ts'
import { checkPromises } from './check-promises.ts'
import { checkRepository } from './check-repo.ts'
import { apiFiles } from './api.ts'
import { differences } from './lib/generated.ts'
import { runAsProgram, runTool, type Step } from './lib/steps.ts'
import { referenceFiles } from './reference.ts'

/** The gates, in the order in which they run. */
export const checks: readonly Step[] = [
  { name: 'types', run: () => runTool('typescript/bin/tsc', ['-p', 'tsconfig.json']) },
  { name: 'lint', run: () => runTool('oxlint/bin/oxlint', ['--deny-warnings', '--format=unix']) },
  { name: 'format', mend: 'npm run format', run: () => runTool('oxfmt/bin/oxfmt', ['--check']) },
  {
    name: 'unused files, exports and dependencies',
    run: () => runTool('knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
  },
  { name: 'layers', run: () => checkLayers() },
  { name: 'promises', run: () => checkPromises() },
  { name: 'doc comments', run: () => checkDocs() },
  { name: 'reference pages', mend: 'npm run generate', run: () => differences('docs/reference', referenceFiles()) },
  { name: 'api snapshots', mend: 'npm run generate', run: async () => differences('api', await apiFiles()) },
  { name: 'repository', run: () => checkRepository() },
]

if (import.meta.main) await runAsProgram(checks)
