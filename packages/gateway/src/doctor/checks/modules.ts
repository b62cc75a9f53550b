import { skippedFindings } from '../../check/skipped-sections.ts'
import type { SkippedSection } from '../../config/skipped.ts'
import { listModules, type UnloadedUse, unloadedUses } from '../../modules/list.ts'
import { shortName } from '../../modules/names.ts'
import { type Check, once, type Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { edit, quoted } from '../mend/shell.ts'
import type { SitePatient } from '../site/patient.ts'

/** Are the modules of the sessions there, and does a guard leave out what somebody counts on? */
export const modulesCheck: Check<SitePatient> = {
  name: 'modules',
  asks: 'Are the modules of the sessions active, and is no block about sessions left out by the `<IfModule>` around it?',
  item: '7-1, 7-5',
  needs: [],
  looks: (patient) => once(() => look(patient)),
}

function look({ config, file }: SitePatient): Sight {
  const skipped = config.skipped.flatMap((section) => judged(section, bodyOf(section, config.sources)) ?? [])
  const unloaded = unloadedUses(config.site).map((use) => notLoaded(use, file))
  const active = listModules(config.site).flatMap(({ id }) => (id.startsWith('session') ? [id] : []))
  const rest = config.skipped.map(({ name, argument, place }) => `<${name} ${argument}> in line ${place.line}`)
  return {
    findings: [...skipped, ...unloaded],
    details: [`active: ${active.join(', ')}`, ...rest.map((section) => `left out: ${section}`)],
  }
}

/** Here it works all the same; the real server, for which the lines that load modules are written, does not start. */
function notLoaded({ id, directive, place }: UnloadedUse, file: string): Advice {
  const message = `${directive} is of ${id}, which the configuration does not load, though it loads others`
  const isAboutSessions = /^(?:session|dbd)/.test(id)
  return advice(isAboutSessions ? 'warning' : 'info', 'module-not-loaded', message, {
    ...place,
    expected: `LoadModule ${id}`,
    command: `sekisho enable ${shortName(id)} --config ${quoted(file)}`,
  })
}

/** What a block that is left out would have said about sessions is what its author misses. */
function judged(section: SkippedSection, body: readonly string[]): Advice | undefined {
  const { name, argument, place } = section
  const lines = body.filter((line) => /^\s*(?:Session|DBD)\w*\s/i.test(line))
  if (name.toLowerCase() !== 'ifmodule' || argument.startsWith('!') || lines.length === 0) return undefined
  const directives = [...new Set(lines.map((line) => line.trim().split(/\s+/, 1)[0] ?? ''))].join(', ')
  const [told] = skippedFindings({ skipped: [section] })
  const message = `The block is left out, because there is no module ${argument}: ${directives} have no effect`
  return advice('error', 'section-skipped', message, {
    ...place,
    found: `<${name} ${argument}>`,
    ...(told?.expected === undefined
      ? { fix: 'write the module that these directives belong to, or take the two lines of the guard away' }
      : { expected: `<${name} ${told.expected}>`, command: edit.word(place, argument, told.expected) }),
  })
}

function bodyOf({ name, place }: SkippedSection, sources: SitePatient['config']['sources']): string[] {
  const lines = sources.get(place.file)?.text.split('\n').slice(place.line) ?? []
  const close = new RegExp(`^\\s*</${name}\\s*>`, 'i')
  const end = lines.findIndex((line) => close.test(line))
  return end === -1 ? lines : lines.slice(0, end)
}
