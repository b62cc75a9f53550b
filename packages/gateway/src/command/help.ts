import type { Option, OutputConfiguration } from 'commander'
import { describeOption } from './reference/model.ts'
import type { Output, Terminal } from './terminal/terminal.ts'

/** Where nobody looks, or a terminal does not say how wide it is. */
const usualWidth = 80

/** How the parser writes: help, in the width of the terminal. */
export function helpOutput({ out, err }: Pick<Terminal, 'out' | 'err'>): OutputConfiguration {
  return {
    writeOut: (text) => out.write(reflow(text, widthOf(out))),
    writeErr: (text) => err.write(reflow(text, widthOf(err))),
    // Told where all errors are told.
    outputError() {},
    getOutHelpWidth: () => widthOf(out),
    getErrHelpWidth: () => widthOf(err),
  }
}

/** What an option is for, may be and usually is, as the reference says it. */
export function optionText(option: Option): string {
  const { description, choices, defaultText } = describeOption(option)
  const told = [choices.join(', '), defaultText === undefined ? '' : `default: ${defaultText}`].filter(
    (text) => text !== '',
  )
  return told.length === 0 ? description : `${description} (${told.join('; ')})`
}

function widthOf({ columns }: Output): number {
  return Number.isFinite(columns) ? columns : usualWidth
}

/** A step of a list: `  1. First this.` */
const step = /^ *\d+\. /
/** A line that says behind some blanks what it is for: an example, an option. */
const explained = /^(?<indent> +)(?<what>\S+(?: \S+)*) {2,}(?<why>\S.*)$/

/**
 * Breaks the lines of a help to a width. Lines that begin at the margin are prose, whose own ends mean nothing until an empty line.
 * Those that are indented are kept, since they are for a shell: only steps are broken, and what explains a line is set below it.
 *
 * @param width In columns.
 */
export function reflow(text: string, width: number): string {
  return text
    .replaceAll(/(?<=^\S.*)\n(?=\S)/gm, ' ')
    .split('\n\n')
    .map((block) => fitted(block.split('\n'), width).join('\n'))
    .join('\n\n')
}

/** Where one explanation has no room beside its line, none of the block stands there. */
function fitted(lines: readonly string[], width: number): string[] {
  const isTight = lines.some((line) => line.length > width && explained.test(line))
  return lines.flatMap((line) =>
    line.length > width || (isTight && explained.test(line)) ? broken(line, width) : [line],
  )
}

function broken(line: string, width: number): string[] {
  if (/^\S/.test(line)) return wrapped(line, width)
  const [number] = step.exec(line) ?? []
  if (number !== undefined) return wrapped(line.slice(number.length), width, number)
  const { indent = '', what, why = '' } = explained.exec(line)?.groups ?? {}
  return what === undefined ? [line] : [indent + what, ...wrapped(why, width, `${indent}    `)]
}

/** @param first What stands in front of it; further lines are indented as far. */
function wrapped(text: string, width: number, first: string = ''): string[] {
  const lines: string[] = []
  let start = first
  let line = first
  for (const [part, word] of text.matchAll(/\s*(\S+)/g)) {
    if (line === start) line += word
    else if (line.length + part.length <= width) line += part
    else {
      lines.push(line)
      start = ' '.repeat(first.length)
      line = start + word
    }
  }
  return [...lines, line]
}
