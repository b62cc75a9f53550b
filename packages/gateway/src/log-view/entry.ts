import type { Output, Style } from '../command/terminal/terminal.ts'
import { type LogLevelName, logLevels } from '../config/directives/logs.ts'
import { escapeControls } from '../server/log/error-log.ts'

/** Which lines of a log are wanted. */
export interface LogFilter {
  /** The level down to which lines are wanted. */
  readonly level?: LogLevelName
  /** A part of the gateway: `session`, `proxy`, `core`; `login` stands for all that has to do with passwords. */
  readonly about?: string
}

const form = /^\[[^\]]+\] \[(?<module>\w+):(?<level>\w+)\] /

/** Whether a line is wanted. A line in another form is wanted only when nothing is filtered. */
export function isWanted(line: string, { level, about }: LogFilter): boolean {
  if (level === undefined && about === undefined) return true
  const found = form.exec(line)?.groups
  if (found === undefined) return false
  const isGrave = level === undefined || gravity(found['level']) <= gravity(level)
  return isGrave && (about === undefined || concerns(found['module'] ?? '', about))
}

function concerns(module: string, about: string): boolean {
  return module.startsWith(about === 'login' ? 'auth' : about)
}

function gravity(level: string | undefined): number {
  const index = logLevels.findIndex((name) => name === level)
  return index === -1 ? logLevels.length : index
}

/** The line for people: its level stands out, and nothing in it moves the cursor. */
export function shownLine(line: string, out: Output): string {
  const text = escapeControls(line)
  const level = form.exec(text)?.groups?.['level']
  const style = styleOf(level)
  return style === undefined ? text : text.replace(`:${level ?? ''}]`, () => `:${out.style(style, level ?? '')}]`)
}

function styleOf(level: string | undefined): Style | undefined {
  const rank = gravity(level)
  if (rank <= gravity('error')) return 'bad'
  if (rank === gravity('warn')) return 'warn'
  return rank >= gravity('debug') && rank < logLevels.length ? 'dim' : undefined
}
