/** What a server leaves behind when it should leave nothing. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

/** A temporary folder in which the accounts of servers may have theirs. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-test-'))
  chmodSync(folder, 0o1777)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The processes that work in a folder or whose command line names it. */
export function processesOf(folder: string): string[] {
  return globSync('/proc/[0-9]*')
    .map((process) => `${process} in ${workingFolder(process)}: ${commandLine(process)}`)
    .filter((line) => line.includes(folder))
}

function workingFolder(process: string): string {
  return unlessGone(() => readlinkSync(join(process, 'cwd')))
}

function commandLine(process: string): string {
  return unlessGone(() => readFileSync(join(process, 'cmdline'), 'utf8').replaceAll('\0', ' '))
}

function unlessGone(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

/** Waits until a folder is gone, or empty, and no process has to do with it. Fails after 10 s. */
export async function assertNothingLeft(folder: string): Promise<void> {
  const giveUp = performance.now() + 10_000
  while (left(folder).length > 0) {
    assert.ok(performance.now() < giveUp, left(folder).join('\n'))
    await pause(200)
  }
}

function left(folder: string): string[] {
  return [...(existsSync(folder) ? readdirSync(folder) : []), ...processesOf(folder)]
}
