import type { Check } from './check.ts'
import { doctorTable } from './finding.ts'
import { moduleChecks } from './library/checks.ts'
import { siteChecks } from './site-checks.ts'

/** The reference of all checks and findings in Markdown, made from the lists that the command works through. */
export function doctorReference(): string {
  const parts = [
    '# Checks of the doctor',
    'What `sekisho doctor` looks at, in this order: from causes to consequences. The numbers are those of the items of the article about mod_session; where a check that another one needs has failed, the other one is not carried out.',
    '## Of a site',
    '`sekisho doctor site.conf`',
    tableOf(siteChecks),
    '## Of a module',
    '`sekisho doctor ./sessions.ts`',
    tableOf(moduleChecks),
    '## Findings',
    'Those about the text of a configuration have the codes of the [checker](directives.md#findings).',
    table(
      ['Code', 'Meaning'],
      Object.entries(doctorTable).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

function tableOf(checks: readonly Check<never>[]): string {
  const rows = checks.map(({ name, asks, item = '', needs }) => [
    `\`${name}\``,
    asks,
    item,
    needs.map((need) => `\`${need}\``).join(', '),
  ])
  return table(['Check', 'What it asks', 'Item', 'Needs'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
