/**
 * Programs that cannot outlive the process that started them, not even when that one is killed.
 *
 * @module
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Account } from './programs.ts'

/** How a program is asked to end at once. */
export type EndSignal = 'INT' | 'QUIT' | 'TERM' | 'KILL'

// Only we, and for a moment each program's shell, hold the other end of its input. At the end of it, which comes however we die,
// the guard ends the program with its process group and its children, who may have groups of their own, and removes the folder.
const guardScript = `
folder=$1 signal=$2 program=
while read -r word pid; do
  case $word in run) program=$pid ;; over) program= ;; leave) exit ;; esac
done
if [ -n "$program" ]; then
  all="-$program $(cat /proc/$program/task/*/children)"
  kill -CONT -- $all
  kill -$signal $program
  tries=50
  while kill -0 $program && [ $tries -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
  kill -KILL -- $all
fi
tries=50
while ! rm -rf "$folder" && [ $tries -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done
`

/** Watches over a folder, and over the one program that runs in it. */
export class Guard {
  /** Where programs tell that they run. */
  readonly pipe: Writable

  /**
   * @param folder Is removed when we die; need not exist yet.
   * @param endSignal What the program is sent when we die. Whatever is left of it 5 s later is killed.
   */
  constructor(folder: string, endSignal: EndSignal) {
    const child = spawn('/bin/sh', ['-c', guardScript, 'guard', folder, endSignal], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.pipe = child.stdin
    this.pipe.on('error', () => {})
    child.unref()
    unref(this.pipe)
  }

  /** Says that the program is gone, and that its id may soon be another's. */
  forget(): void {
    this.pipe.write('over\n')
  }

  /** Sends it away. The program must have ended and the folder be gone. */
  dismiss(): void {
    this.pipe.end('leave\n')
  }
}

/** What to run, and where. */
export interface Command {
  /** The program and its arguments. */
  readonly line: readonly string[]
  /** Its working folder. */
  readonly folder: string
  /** Who runs it (default: we). */
  readonly account?: Account | undefined
  readonly guard: Guard
}

/** The file in a program's folder to which it and its predecessors printed. */
export function logOf(folder: string): string {
  return join(folder, 'log')
}

/** A program that runs, or ran. */
export class Guarded {
  readonly pid: number
  /** Resolves when the program has ended, to a few words on how. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  #hasEnded = false

  constructor({ line, folder, account, guard }: Command) {
    const log = openSync(logOf(folder), 'a')
    // The shell tells the guard its process id and then becomes the program. Detached: a Ctrl-C at the terminal is for us alone.
    const script = 'echo run $$ >&3; exec 3>&- "$@"'
    this.#child = spawn('/bin/sh', ['-c', script, 'program', ...asAccount(account), ...line], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log, guard.pipe],
    })
    closeSync(log)
    this.pid = this.#child.pid ?? 0
    this.ended = once(this.#child, 'exit').then(([code, signal]) => {
      this.#hasEnded = true
      guard.forget()
      return `ended with ${String(signal ?? code)}`
    })
    this.#child.unref()
  }

  /** Whether the program has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Sends a signal to the program alone. */
  signal(name: NodeJS.Signals): void {
    if (!this.#hasEnded) process.kill(this.pid, name)
  }

  /**
   * Sends a signal to the program, its process group, and its children, who may have groups of their own. The program is
   * stopped first, so that no child can appear meanwhile.
   */
  signalAll(name: NodeJS.Signals): void {
    if (this.#hasEnded) return
    stop(this.pid)
    const children = childrenOf(this.pid)
    for (const pid of children) if (name === 'SIGSTOP') stop(pid)
    for (const pid of [...children, -this.pid]) send(pid, name)
  }

  /** Waits for the end, and keeps our process alive meanwhile. */
  async end(): Promise<string> {
    this.#child.ref()
    return this.ended
  }
}

function unref(pipe: Writable): void {
  ;(pipe as Writable & { unref(): void }).unref()
}

function asAccount(account: Account | undefined): string[] {
  return account === undefined ? [] : ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
}

function childrenOf(pid: number): number[] {
  const lists = ofThreads(pid, 'children').join(' ').split(' ')
  return lists.filter((word) => word.trim() !== '').map(Number)
}

/** A file of `/proc` for each thread of a process; none when it is gone. */
function ofThreads(pid: number, file: string): string[] {
  const folder = `/proc/${pid}/task`
  try {
    return readdirSync(folder).map((thread) => readFileSync(join(folder, thread, file), 'utf8'))
  } catch {
    return []
  }
}

/** Stops a process. Its threads run on for a moment after the signal, so they are waited for, at most a second. */
function stop(pid: number): void {
  send(pid, 'SIGSTOP')
  const giveUp = performance.now() + 1_000
  while (isRunning(pid) && performance.now() < giveUp) Atomics.wait(idle, 0, 0, 1)
}

const idle = new Int32Array(new SharedArrayBuffer(4))

/** Whether a thread of a process is neither stopped (`T`) nor gone. */
function isRunning(pid: number): boolean {
  return ofThreads(pid, 'stat').some((line) => /\) [^TZX] /.test(line))
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // A child may end between the listing and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
