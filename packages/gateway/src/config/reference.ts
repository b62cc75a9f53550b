import { contextNames } from './contexts.ts'
import { diagnosticTable } from './diagnostics.ts'
import type { Directive, ModuleTable, Origin } from './directive.ts'
import { modules } from './modules.ts'
import { sectionKinds } from './sections.ts'

const origins: Readonly<Record<Origin, string>> = {
  apache: '',
  'apache-trunk': 'Only the next version of the real server has it.',
  document: 'The real server does not have it.',
  sekisho: 'Only Sekisho has it.',
}

/** The reference of all directives in Markdown, made from the tables that the parser and the checker use. */
export function directiveReference(): string {
  const parts = [
    '# Directives',
    'Every directive that the gateway carries out, by the module it belongs to in the real server. Names do not respect the case.',
    ...modules.map(moduleText),
    '## Sections',
    table(
      ['Section', 'Where', 'What it does'],
      sectionKinds.map(({ syntax, contexts, help }) => [code(syntax), contextNames(contexts).join(', '), help]),
    ),
    '## Findings',
    'What the checker says about a configuration, by code.',
    table(
      ['Code', 'Meaning'],
      Object.entries(diagnosticTable).map(([name, meaning]) => [code(name), meaning]),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

function moduleText({ file, id, help, directives }: ModuleTable): string {
  const active = directives.filter(({ inert }) => !inert)
  const rows = directives.map((directive) => [
    code(`${directive.name} ${directive.syntax}`.trim()),
    defaultOf(directive),
    contextNames(directive.contexts).join(', '),
    meaningOf(directive),
  ])
  return [
    `## ${file}`,
    `\`${id}\`. ${help}`,
    table(['Directive', 'Default', 'Where', 'Meaning'], rows),
    mergingOf(active),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function meaningOf({ help, notes, origin }: Directive): string {
  const sentence = `${help[0]?.toUpperCase() ?? ''}${help.slice(1).replace(/\.$/, '')}.`
  return [sentence, notes, origins[origin]].filter((part) => part !== undefined && part !== '').join(' ')
}

function mergingOf(directives: readonly Directive[]): string {
  const special = directives.filter(({ merging }) => merging !== 'replaces')
  return special
    .map(({ name, merging }) => `\`${name}\` in a section ${merging} what the section is matched after.`)
    .join('\n')
}

function defaultOf({ initial }: Directive): string {
  if (initial === undefined) return '–'
  if (typeof initial === 'boolean') return initial ? 'On' : 'Off'
  if (initial instanceof Map) return initial.size === 0 ? '–' : code([...initial.values()].join(' '))
  const texts = initial instanceof Set ? [...initial] : [initial].flat()
  return texts.length === 0 ? 'None' : code(texts.join(' '))
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

/** A table in Markdown. Bars that are escaped already stay so. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines
    .map(
      (cells) => `| ${cells.map((cell) => cell.replaceAll(/(?<!\\)\|/g, '\\|').replaceAll('\n', ' ')).join(' | ')} |`,
    )
    .join('\n')
}
