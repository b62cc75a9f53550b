import type { Diagnostic, Severity } from '../config/diagnostics.ts'
import type { LoadedConfig } from '../config/load-node.ts'
import { moduleStatus, nearestModule } from '../config/modules.ts'
import type { SkippedSection } from '../config/skipped.ts'
import { shortName } from '../modules/names.ts'

type Reason = Pick<Diagnostic, 'message' | 'expected' | 'found' | 'fix'> & { readonly severity: Severity }

/** What is left out because a condition does not hold. The real server says nothing about it, and whole sessions get lost so. */
export function skippedFindings({ skipped }: Pick<LoadedConfig, 'skipped'>): Diagnostic[] {
  return skipped
    .filter(({ argument }) => argument !== '')
    .map((section) => ({ ...section.place, code: 'skipped-section', found: section.argument, ...reasonFor(section) }))
}

function reasonFor({ name, argument }: SkippedSection): Reason {
  const message = `<${name} ${argument}> is skipped`
  const negated = argument.startsWith('!')
  if (negated) return { severity: 'info', message: `${message}: what it denies is there` }
  switch (name.toLowerCase()) {
    case 'ifmodule':
      return moduleReason(message, argument)
    case 'ifdefine':
      return {
        severity: 'info',
        message: `${message}: the name is not defined`,
        fix: `add -D ${argument}, if it should count`,
      }
    case 'iffile':
      return { severity: 'info', message: `${message}: there is no such file` }
    default:
      return { severity: 'info', message: `${message}: the condition does not hold` }
  }
}

function moduleReason(message: string, module: string): Reason {
  if (moduleStatus(module) !== 'unknown')
    return { severity: 'info', message: `${message}: this gateway does not do what the module does` }
  const nearest = nearestModule(idOf(module))
  return {
    severity: 'warning',
    message: `${message}, with everything in it: there is no module ${module}`,
    ...(nearest !== undefined && { expected: likewise(nearest, module), fix: `write ${likewise(nearest, module)}` }),
  }
}

function idOf(module: string): string {
  return module.endsWith('.c') ? `${module.replaceAll(/^mod_|\.c$/g, '')}_module` : module
}

/** A name in the form in which it was written: as a file, or as an identifier. */
function likewise(id: string, written: string): string {
  return written.endsWith('.c') ? `mod_${shortName(id)}.c` : id
}
