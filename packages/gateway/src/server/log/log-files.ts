import { ErrorLog } from './error-log.ts'
import { LogFile } from './log-file.ts'

/** The files that are logged into, each opened once, whatever configuration names it. */
export class LogFiles {
  readonly #files = new Map<string | undefined, LogFile>()
  readonly #errorLogs = new Map<string | undefined, ErrorLog>()

  /** @param path Undefined: standard error. @throws What opening the file throws. */
  file(path: string | undefined): LogFile {
    const file = this.#files.get(path) ?? new LogFile(path)
    this.#files.set(path, file)
    return file
  }

  /** The log of errors in a file. @throws What opening the file throws. */
  errors(path: string | undefined): ErrorLog {
    const log = this.#errorLogs.get(path) ?? new ErrorLog(this.file(path))
    this.#errorLogs.set(path, log)
    return log
  }

  /** Opens all files anew, for whoever has renamed them. @returns What went wrong. */
  reopen(): readonly Error[] {
    const errors: Error[] = []
    for (const file of this.#files.values()) {
      try {
        file.reopen()
      } catch (error) {
        errors.push(error instanceof Error ? error : new Error(String(error)))
      }
    }
    return errors
  }

  /** Closes the files that are not in use any more. */
  async keepOnly(paths: ReadonlySet<string | undefined>): Promise<void> {
    const stale = [...this.#files].filter(([path]) => path !== undefined && !paths.has(path))
    for (const [path] of stale) {
      this.#errorLogs.get(path)?.settle()
      this.#errorLogs.delete(path)
      this.#files.delete(path)
    }
    await Promise.all(stale.map(([, file]) => file.close()))
  }

  /** Writes what waits, and closes all files. */
  async close(): Promise<void> {
    for (const log of this.#errorLogs.values()) log.settle()
    await Promise.all([...this.#files.values()].map((file) => file.close()))
  }

  /** Writes what waits at once: the process is about to end. */
  flushNow(): void {
    for (const file of this.#files.values()) file.flushNow()
  }
}
