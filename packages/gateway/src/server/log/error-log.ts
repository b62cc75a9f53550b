import { type LogLevelName, logLevels } from '../../config/directives/logs.ts'
import { shownOctets } from '../../lib/octets.ts'
import { FloodGate } from './flood-gate.ts'
import type { LogFile } from './log-file.ts'

/** One line for the log. */
export interface LogLine {
  readonly level: LogLevelName
  /** Which part of the gateway says it, as LogLevel names it: `core`, `session`, `proxy`, `auth_form`, … */
  readonly module: string
  /** One sentence. Never a token, a password or a passphrase. */
  readonly message: string
  /** `address:port` of the client whose request it is about. */
  readonly client?: string | undefined
  /** What lines must have in common to be counted together when there are too many (default: the module and the level). */
  readonly kind?: string
}

/** A log as some part of the configuration sees it. */
export interface Log {
  /** Whether anything of that level is written, so that nobody composes what nobody reads. */
  takes(level: LogLevelName, module: string): boolean
  write(line: LogLine): void
}

const gravityOf: ReadonlyMap<LogLevelName, number> = new Map(logLevels.map((level, index) => [level, index]))

/** How long held-back lines wait until they are told of, when no other of their kind comes. */
const reminderMs = 5000

/** A file of errors, whatever the levels of those who write into it are. */
export class ErrorLog {
  readonly #file: LogFile
  readonly #gate: FloodGate
  #reminder: NodeJS.Timeout | undefined

  constructor(file: LogFile, gate: FloodGate = new FloodGate()) {
    this.#file = file
    this.#gate = gate
  }

  /** The log with the levels of LogLevel. */
  at(levels: ReadonlyMap<string, LogLevelName>): Log {
    const usual = gravity(levels.get('') ?? 'warn')
    const limits = new Map([...levels].map(([module, level]) => [module, gravity(level)]))
    const limitOf = (module: string): number => limits.get(module) ?? usual
    // As in the real server, a notice (the start, a reload, the end) is always written.
    const takes = (level: LogLevelName, module: string): boolean =>
      level === 'notice' || gravity(level) <= limitOf(module)
    return {
      takes,
      write: (line) => {
        if (takes(line.level, line.module)) this.#write(line)
      },
    }
  }

  /** Tells of what is held back. */
  settle(): void {
    clearTimeout(this.#reminder)
    this.#reminder = undefined
    for (const [kind, count] of this.#gate.held()) {
      const [module = 'core'] = kind.split(' ', 1)
      this.#file.write(formatLine({ level: 'notice', module, message: `${similar(count)} were left out` }))
    }
  }

  #write(line: LogLine): void {
    const kind = `${line.module} ${line.kind ?? line.level}`
    const held = this.#gate.pass(kind)
    if (held === undefined) {
      this.#reminder ??= setTimeout(() => this.settle(), reminderMs).unref()
      return
    }
    const message = held === 0 ? line.message : `${line.message} (${similar(held)} before it were left out)`
    this.#file.write(formatLine({ ...line, message }))
  }
}

function similar(count: number): string {
  return `${count} similar ${count === 1 ? 'line' : 'lines'}`
}

function gravity(level: LogLevelName): number {
  return gravityOf.get(level) ?? 0
}

/** A line as the real server writes it: `[time] [module:level] [pid n] [client address] message`. */
function formatLine({ level, module, message, client }: LogLine): string {
  const where = client === undefined ? '' : ` [client ${client}]`
  return `[${stamp(new Date())}] [${module}:${level}] [pid ${process.pid}]${where} ${escapeControls(message)}\n`
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Sun Nov 22 03:29:01.123000 2026`, in local time. */
function stamp(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  const fraction = String(date.getMilliseconds() * 1000).padStart(6, '0')
  return `${days[date.getDay()]} ${months[date.getMonth()]} ${two(date.getDate())} ${time}.${fraction} ${date.getFullYear()}`
}

/**
 * What a client sent may stand in a message, and must not look like a line of its own, or move a terminal's cursor. Octets that
 * are no UTF-8 are written as the real server writes them, `\xe9`.
 */
export function escapeControls(text: string): string {
  return shownOctets(text).replaceAll(/\p{Cc}/gu, (sign) => {
    if (sign === '\n') return '\\n'
    return sign === '\t' ? '\\t' : `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
