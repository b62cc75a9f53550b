/** What is done about an error that nobody caught: the process is in a state that nobody has thought of, and has to end. */
export function onFatal(end: (message: string) => Promise<void>): void {
  let isEnding = false
  const fatal = (error: unknown): void => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (isEnding) process.exit(1)
    isEnding = true
    void end(`a mistake of the program ends this process: ${message}`)
  }
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
}
