/**
 * Small pieces of Markdown.
 *
 * @module
 */

/** Text for one cell of a table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** A table of cells that are ready. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The headings of a text, by level: `['#', '##', '##']`. Lines in code blocks are none. */
export function headingLevels(markdown: string): string[] {
  return markdown
    .replaceAll(codeBlock, '')
    .split('\n')
    .flatMap((line) => /^#{1,6}(?= )/.exec(line) ?? [])
}

/** The fenced code blocks of a text, with their fences. */
export function codeBlocks(markdown: string): string[] {
  return [...markdown.matchAll(codeBlock)].map(([block]) => block)
}

const codeBlock = /^```[^\n]*\n(?:.*\n)*?```$/gm
