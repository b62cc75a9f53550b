/**
 * A PHP of one's own, that is asked many things in a row.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A script of PHP that answers each line of JSON with one line. */
export interface RealPhp {
  /** Asks many things at once. @returns The answers, in the order of the questions. */
  ask(questions: readonly unknown[]): Promise<string[]>
  /** Ends the process. */
  stop(): Promise<void>
}

/**
 * Starts a script beside the calling test, without a php.ini.
 *
 * @param script Its URL.
 */
export function startPhp(script: URL): RealPhp {
  const child = spawn('php', ['-n', '-d', 'memory_limit=512M', fileURLToPath(script)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const failure = new Promise<never>((_, reject) => {
    child.once('error', () => reject(new Error('PHP does not start: apt-get install php-cli')))
    child.once('exit', (code, signal) => reject(new Error(`PHP ended before it had answered: ${code ?? signal}`)))
  })
  failure.catch(() => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(questions) {
      for (const question of questions) child.stdin.write(`${JSON.stringify(question)}\n`)
      const answers: string[] = []
      while (answers.length < questions.length) {
        const { value } = await Promise.race([lines.next(), failure])
        if (typeof value !== 'string') throw new Error('PHP ended before it had answered')
        answers.push(value)
      }
      return answers
    },
    async stop() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
