/**
 * The page of PHP's directives, made from their table.
 *
 * @module
 */
import { directives, type Directive } from '../packages/sekisho/src/php/index.ts'
import { cell, table } from './lib/markdown.ts'

/** The page, without its note. */
export function phpDirectivePage(): string {
  const rows = Object.entries(directives).map(([name, directive]) => rowOf(name, directive))
  return [
    "# PHP's directives",
    'What `sekisho/php` takes under `ini`, with the types of PHP or as text in the way of `php.ini`. The defaults are those of the preset `safe`; of the versions before 8.6, where they had others. What is marked with ✓ can be changed while a request runs, as long as no session is active and no header has gone.',
    table(['directive', 'default', 'before 8.6', '✓', 'values', 'meaning'], rows),
    '',
  ].join('\n\n')
}

function rowOf(name: string, { safe, classic, atRuntime, since, kind, meaning }: Directive): string[] {
  const added = since === undefined ? '' : ` (since PHP ${Math.floor(since / 100)}.${since % 100})`
  return [
    `\`${name}\`${added}`,
    shown(safe),
    classic === undefined ? '' : shown(classic),
    atRuntime ? '✓' : '',
    cell(kind.expected),
    cell(meaning),
  ]
}

function shown(value: unknown): string {
  return value === '' ? 'empty' : `\`${String(value)}\``
}
