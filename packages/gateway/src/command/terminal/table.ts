import Table from 'cli-table3'
import { escapeControls } from '../../server/log/error-log.ts'
import type { Output, TableOptions } from './terminal.ts'

const gap = 2
/** A column is not cut further than this. */
const narrowest = 6
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
  if (rows.length === 0) return ''
  const natural = tableOf(rows)
  const text = natural.toString()
  // The library writes down what it has measured: it knows which characters take two columns.
  const { colWidths } = natural.options
  const widths = colWidths.map((width) => width ?? 0)
  const shown = sum(widths) - gap <= columns ? text : tableOf(rows, fitted(widths, columns)).toString()
  return `${shown.replaceAll(/[ \t]+$/gm, '')}\n`
}

function tableOf(rows: readonly (readonly string[])[], colWidths: number[] = []): Table.Table {
  const table = new Table({
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    colWidths,
  })
  table.push(...rows.map((row) => [...row]))
  return table
}

/** Takes columns away from the widest until all fit. */
function fitted(widths: readonly number[], columns: number): number[] {
  const result = [...widths]
  for (let surplus = sum(result) - gap - columns; surplus > 0; surplus -= 1) {
    const widest = result.indexOf(Math.max(...result))
    const width = result[widest] ?? 0
    if (width <= narrowest + gap) break
    result[widest] = width - 1
  }
  return result
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
