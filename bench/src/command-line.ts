/**
 * What the programs of the bench have in common: how they are called, what they say, where their reports go.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the bench. */
export const folder: string = fileURLToPath(new URL('..', import.meta.url))
/** What the program was called with. */
export const args: readonly string[] = process.argv.slice(2)

/** @returns The value of `--name=value`. */
export function option(name: string): string | undefined {
  const beginning = `--${name}=`
  return args.find((argument) => argument.startsWith(beginning))?.slice(beginning.length)
}

/** Keeps a report among the results. */
export function write(name: string, report: string): void {
  const file = join(folder, 'results', name)
  mkdirSync(join(folder, 'results'), { recursive: true })
  writeFileSync(file, report)
  tell(`written: ${relative(process.cwd(), file)}`)
}

/** Says what is being done, beside the report. */
export function tell(line: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${line}`)
}
