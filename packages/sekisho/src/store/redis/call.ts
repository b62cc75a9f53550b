import { storeFault } from './faults.ts'
import type { Argument, Command, Link } from './link.ts'
import type { Script } from './scripts-node.ts'

/** One run of a script. */
export interface Call {
  /** What it does, for an error. */
  readonly action: string
  readonly script: Script
  readonly key: string
  readonly args: readonly Argument[]
}

/**
 * Runs a script by its name. Whatever goes wrong is a failure of the store.
 *
 * @param read What becomes of the answer. Given here, it costs no promise of its own.
 */
export function call(link: Link, running: Call): Promise<unknown>
export function call<T>(link: Link, running: Call, read: (reply: unknown) => T): Promise<T>
export function call(link: Link, running: Call, read?: (reply: unknown) => unknown): Promise<unknown> {
  return send(link, running).then(read, (error: unknown) => {
    if (!isUnknownScript(error)) throw storeFault(running.action, error)
    return introduce(link, running).then(read)
  })
}

/** @returns The command that runs a script on any server, whether it knows it or not. */
export function evalCommand({ script, key, args }: Call): Command {
  return ['eval', script.text, '1', key, ...args]
}

/** @returns Milliseconds as the scripts take them; what is longer than any calendar is cut. */
export function span(ms: number): string {
  return String(Math.min(ms, 8.64e15))
}

function send(link: Link, { script, key, args }: Call): Promise<unknown> {
  try {
    return link.runScript(script.sha, key, args)
  } catch (error) {
    return Promise.reject(error as Error)
  }
}

/** A server that does not know a script, or no longer, is sent the source, which it then keeps. */
async function introduce(link: Link, running: Call): Promise<unknown> {
  try {
    return await link.run(running.key, evalCommand(running))
  } catch (error) {
    throw storeFault(running.action, error)
  }
}

/** Glide writes its own words for it. */
function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && /NOSCRIPT|NoScript/.test(error.message)
}
