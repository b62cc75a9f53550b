/**
 * Stages a fault, asks the doctor, runs the shell line that it gives, and asks again.
 *
 *     const stage = stageSite(t, 'Session On\nSessionTimeout 20\n…')
 *     await stage.isMended('lifetime', /session expired/)
 *
 * In the text `${ROOT}` stands for a folder of the test's own. A line runs as at a shell of the operator, where `sekisho` is a command
 * and `systemctl` does what the test says.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Examination } from '../../src/doctor/examine.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { doctorSite, type DoctorSiteOptions } from '../../src/doctor/site/doctor-site.ts'
import { sekishoCommand } from '../command/run.ts'
import { freePort } from '../gateway/harness.ts'

/** A site that waits for the doctor. */
export interface Stage {
  readonly root: string
  readonly file: string
  /** The configuration as it stands now. */
  text(): string
  doctor(options?: Partial<DoctorSiteOptions>): Promise<Examination>
  /** Runs a line of the doctor's as its reader would. */
  run(command: string | undefined): void
  /** The first finding is this one; its line mends it; and then nothing is left to mend. @returns What was found at first. */
  isMended(check: string, message: RegExp): Promise<Finding>
}

/** @param systemctl What `systemctl` does, as lines for a shell. */
export async function stageSite(
  t: TestContext,
  text: string,
  { systemctl = 'exit 1' }: { readonly systemctl?: string } = {},
): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'sekisho-doctor-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  chmodSync(root, 0o755)
  const file = join(root, 'site.conf')
  const listen = /^\s*Listen\b/m.test(text) ? '' : `Listen 127.0.0.1:${await freePort()}\n`
  writeFileSync(file, `${listen}${text.replaceAll('${ROOT}', root)}`)
  const programs = programsIn(root, systemctl)
  const doctor = async (options: Partial<DoctorSiteOptions> = {}) => {
    const { signal } = new AbortController()
    const { examination } = await doctorSite({ file, stateDirectory: join(root, 'state'), signal, ...options })
    return examination
  }
  const run = (command: string | undefined) => runLine(command, programs)
  return {
    root,
    file,
    text: () => readFileSync(file, 'utf8'),
    doctor,
    run,
    async isMended(check, message) {
      const [cause] = (await doctor()).findings
      assert.ok(cause, 'nothing was found')
      assert.deepEqual([cause.check, message.test(cause.message)], [check, true], `${cause.check}: ${cause.message}`)
      run(cause.command)
      assert.deepEqual(grave(await doctor()), [])
      return cause
    },
  }
}

/** What is left to mend, as `check: message`. */
export function grave({ findings }: Examination): string[] {
  return findings.filter(({ severity }) => severity !== 'info').map(({ check, message }) => `${check}: ${message}`)
}

/** The finding of a check, which must be there. */
export function findingOf({ findings }: Examination, check: string): Finding {
  const found = findings.find((finding) => finding.check === check)
  assert.ok(found, `${check} has found nothing: ${JSON.stringify(findings)}`)
  return found
}

/** What a check says is as it should be. */
export function detailsOf({ checks }: Examination, check: string): string {
  return checks.find((one) => one.check === check)?.details.join('\n') ?? ''
}

function runLine(command: string | undefined, programs: string): void {
  assert.ok(command, 'there is no shell line')
  const env = { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', env })
  assert.equal(status, 0, `${command}\n${stdout}${stderr}`)
}

function programsIn(root: string, systemctl: string): string {
  const folder = join(root, 'bin')
  mkdirSync(folder)
  const line = sekishoCommand([]).map((word) => `'${word}'`)
  program(join(folder, 'sekisho'), `exec ${line.join(' ')} "$@"`)
  program(join(folder, 'systemctl'), systemctl)
  return folder
}

function program(path: string, lines: string): void {
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 })
}
