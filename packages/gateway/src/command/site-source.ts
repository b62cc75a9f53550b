import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { SiteSource } from '../operate/site-stores-node.ts'
import { collected } from './arguments.ts'

/** The options by which a command finds the site that a gateway serves. */
export interface SiteOptions {
  readonly state?: string
  readonly lenient: boolean
  readonly define: readonly string[]
  readonly section?: string
}

/** Gives a command the options that `sekisho serve` finds the same site with. */
export function takesSite(command: Command): Command {
  return command
    .option('--state <directory>', 'the state directory, where it is not that of the system')
    .option('--lenient', 'take directives that nobody knows for warnings', false)
    .option('-D, --define <name>', 'a name that <IfDefine> finds; may be repeated', collected, [])
}

/** Besides, which of its sections are meant. */
export function takesSection(command: Command): Command {
  return takesSite(command).option(
    '--section <text>',
    'only sections with this in their title, or the store of this name',
  )
}

/** The site that is meant. */
export function sourceOf(file: string, { state, lenient, define, section }: SiteOptions): SiteSource {
  return {
    file: resolve(file),
    lenient,
    defines: define,
    ...(state !== undefined && { stateDirectory: resolve(state) }),
    ...(section !== undefined && { section }),
  }
}
