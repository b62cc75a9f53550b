import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CopyProgress } from 'sekisho/store/copy'
import { CommandError } from '../../command/terminal/command-error.ts'
import { replaceFile } from '../../lib/replace-file-node.ts'

/** Where a copy stopped. */
export interface Stop {
  readonly cursor: string
  /** So many were looked at, written and found there already, in all runs so far. */
  readonly scanned: number
  readonly copied: number
  readonly kept: number
}

interface Content extends Stop {
  readonly format: 1
  /** Without passwords. */
  readonly from: string
  readonly to: string
}

/** A cursor that is a moment old costs nothing: what was copied since is found there already. */
const leastMs = 500

/** Remembers in a file how far a copy is, so that the same command goes on with it. It holds no secret. */
export class ResumeFile {
  readonly path: string
  readonly #ends: { readonly from: string; readonly to: string }
  #stop: Stop | undefined
  #savedAt = 0

  /** @param path Where it is (default: in the working directory, under a name that follows from the ends of the copy). */
  constructor(from: string, to: string, path?: string) {
    this.#ends = { from, to }
    const hash = createHash('sha256')
      .update(JSON.stringify([from, to]))
      .digest('hex')
    this.path = resolve(path ?? `sekisho-copy-${hash.slice(0, 8)}.json`)
  }

  /** Where an earlier run stopped. @throws CommandError for the file of another copy, or what is no such file. */
  read(): Stop | undefined {
    const content = this.#content()
    if (content === undefined) return undefined
    const { from, to } = this.#ends
    if (content.format !== 1 || typeof content.cursor !== 'string') throw this.#unusable('it is no file of a copy')
    if (content.from !== from || content.to !== to)
      throw this.#unusable(`it is of the copy from ${content.from} to ${content.to}`)
    const { cursor, scanned = 0, copied = 0, kept = 0 } = content
    return { cursor, scanned, copied, kept }
  }

  /** Remembers how far the copy is; writes that down twice a second at most. */
  note({ cursor, scanned, copied, kept }: CopyProgress, before: Stop | undefined): void {
    if (cursor === undefined) return
    this.#stop = {
      cursor,
      scanned: scanned + (before?.scanned ?? 0),
      copied: copied + (before?.copied ?? 0),
      kept: kept + (before?.kept ?? 0),
    }
    if (performance.now() - this.#savedAt >= leastMs) this.save()
  }

  /** Writes down what is remembered. @throws CommandError when that cannot be done. */
  save(): void {
    if (this.#stop === undefined) return
    this.#savedAt = performance.now()
    const content: Content = { format: 1, ...this.#ends, ...this.#stop }
    try {
      replaceFile(this.path, `${JSON.stringify(content)}\n`)
    } catch (cause) {
      throw this.#unwritable(cause as Error)
    }
  }

  /** The copy is done. */
  remove(): void {
    this.#stop = undefined
    rmSync(this.path, { force: true })
  }

  #content(): Partial<Content> | undefined {
    let text: string
    try {
      text = readFileSync(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw this.#unusable((error as Error).message)
    }
    try {
      return JSON.parse(text) as Partial<Content>
    } catch {
      throw this.#unusable('it is no file of a copy')
    }
  }

  #unwritable(cause: Error): CommandError {
    const what = `How far the copy is cannot be kept in ${this.path}`
    const fix = 'run the command in a directory that can be written to, or name another file with --resume'
    return new CommandError({ code: 'resume-file', what, why: cause.message, fix }, { cause })
  }

  #unusable(why: string): CommandError {
    const fix = 'name another file with --resume, or begin again with --restart'
    return new CommandError({ code: 'resume-file', what: `The file ${this.path} cannot be used`, why, fix })
  }
}
