import { constants } from 'node:fs'
import { nodeFileSystem, type FileSystem } from './fs-node.ts'

/** A call that is about to be made: its name and its arguments. */
export type Watch = (call: string, args: readonly unknown[]) => void

/** The real file system, with somebody who is told of every call before it is made. */
export function watched(watch: Watch): FileSystem {
  const calls = Object.entries(nodeFileSystem).map(([name, call]: [string, (...args: never[]) => unknown]) => [
    name,
    (...args: never[]) => {
      watch(name, args)
      return call(...args)
    },
  ])
  return Object.fromEntries(calls) as unknown as FileSystem
}

/** Counts calls once armed, and signals the own process before the one with the given number. */
export class Trip {
  calls = 0
  /** The calls before which the file system is not as it was before the call before: where a kill is a case of its own. */
  readonly steps: number[] = [1]
  readonly fs: FileSystem
  #at: number | undefined
  #signal: NodeJS.Signals
  #isArmed = false

  constructor(at: number | undefined, signal: NodeJS.Signals) {
    this.#at = at
    this.#signal = signal
    this.fs = watched((call, args) => {
      if (!this.#isArmed) return
      this.calls += 1
      this.#check()
      if (isChange(call, args)) this.steps.push(this.calls + 1)
    })
  }

  arm(): void {
    this.#isArmed = true
  }

  /** The end of the operation counts as one call more: so the state after the last call is met too. */
  disarm(): void {
    this.#isArmed = false
    this.calls += 1
    this.#check()
  }

  #check(): void {
    if (this.calls === this.#at) process.kill(process.pid, this.#signal)
  }
}

function isChange(call: string, args: readonly unknown[]): boolean {
  if (call === 'open') return (Number(args[1]) & constants.O_CREAT) !== 0
  return !['close', 'read', 'fstat', 'lstat', 'statfs', 'readdir'].includes(call)
}
