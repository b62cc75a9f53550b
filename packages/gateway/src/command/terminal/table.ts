import Table from 'cli-table3'
import { escapeControls } from '../../server/log/error-log.ts'
import type { Output, TableOptions } from './terminal.ts'

const gap = 2
/** A column is not cut further than this. */
const narrowest = 6
/** The time that the library takes grows with the square of the rows. */
const blockSize = 50
/** Cutting costs time with every character, and no terminal is wider. */
const longestCell = 1000

const noLines = Object.fromEntries(
  [
    'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right',
    'left left-mid mid mid-mid right right-mid middle',
  ]
    .join(' ')
    .split(' ')
    .map((name) => [name, '']),
)

/** Rows as text with a line end: aligned and cut to the width on a terminal, separated by tabs elsewhere. */
export function formatTable(
  rows: readonly (readonly string[])[],
  { head }: TableOptions,
  out: Pick<Output, 'isTerminal' | 'columns' | 'style'>,
): string {
  const shown = rows.map((row) => row.map(harmless))
  if (!out.isTerminal) return shown.map((row) => `${row.join('\t')}\n`).join('')
  const all = head === undefined ? shown : [head.map((title) => out.style('strong', title)), ...shown]
  return aligned(all, out.columns)
}

function aligned(rows: readonly (readonly string[])[], columns: number): string {
  const blocks = Array.from({ length: Math.ceil(rows.length / blockSize) }, (_, at) =>
    rows.slice(at * blockSize, (at + 1) * blockSize),
  )
  const widths = fitted(widest(blocks.map(widthsOf)), columns)
  const shown = blocks.map((block) =>
    tableOf(block, widths)
      .toString()
      .replaceAll(/[ \t]+$/gm, ''),
  )
  return shown.map((text) => `${text}\n`).join('')
}

/** What the library has measured and written down: it knows which characters take two columns. */
function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const natural = tableOf(rows)
  natural.toString()
  return natural.options.colWidths.map((width) => width ?? 0)
}

function widest(all: readonly (readonly number[])[]): number[] {
  const result: number[] = []
  for (const widths of all) for (const [at, width] of widths.entries()) result[at] = Math.max(result[at] ?? 0, width)
  return result
}

/** @param colWidths What stands behind the last of them is left out. */
function tableOf(rows: readonly (readonly string[])[], colWidths?: readonly number[]): Table.Table {
  const table = new Table({
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    colWidths: [...(colWidths ?? [])],
  })
  table.push(...rows.map((row) => row.slice(0, colWidths?.length)))
  return table
}

/**
 * Takes room away from the widest columns until all fit. The first says what a row is about: it is cut last, and rather than that
 * columns at the end are left out.
 */
function fitted(widths: readonly number[], columns: number): number[] {
  const [first = 0, ...others] = widths
  const room = (): number => columns + gap - first - sum(others)
  while (room() < 0 && others.length > 0) {
    const most = Math.max(...others)
    if (most > narrowest + gap) others[others.indexOf(most)] = most - 1
    else others.pop()
  }
  return [room() < 0 ? Math.min(first, Math.max(narrowest + gap, columns + gap)) : first, ...others]
}

function sum(numbers: readonly number[]): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}

/** What switches a style on or off. */
const styled = new RegExp(`(${'\u001b'}\\[[\\d;]*m)`)

/** What a visitor sent may stand in a cell: it must neither end the row nor move the cursor. Styles stay. */
function harmless(cell: string): string {
  return cell
    .slice(0, longestCell)
    .split(styled)
    .map((part, index) => (index % 2 === 1 ? part : escapeControls(part)))
    .join('')
}
