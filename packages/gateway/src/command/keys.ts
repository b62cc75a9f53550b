import { resolve } from 'node:path'
import { Command } from 'commander'
import type { FileKey } from '../keys/key-lines.ts'
import { defaultDropSeconds, nextStep, replaceAll, type Step } from '../keys/rotation.ts'
import { seconds } from './arguments.ts'
import type { CommandError } from './terminal/command-error.ts'
import { untouched } from './terminal/file-failure.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly state?: string
  readonly json: boolean
}

interface RotateOptions extends Options {
  readonly after: number
  readonly now: boolean
  readonly leaked: boolean
  readonly yes: boolean
}

/** `sekisho keys list`, `sekisho keys rotate` */
export function keysCommand(terminal: Terminal): Command {
  return new Command('keys')
    .description('Show and change the keys of a key file, or those of the gateway')
    .addHelpText('after', '\nExamples:\n  sekisho keys list\n  sekisho keys rotate /etc/shop/keys')
    .addCommand(listCommand(terminal))
    .addCommand(rotateCommand(terminal))
}

function listCommand(terminal: Terminal): Command {
  return takesFile('list')
    .description('Show which keys there are, which one seals, and since when; never a secret')
    .addHelpText('after', '\nExamples:\n  sekisho keys list\n  sekisho keys list /etc/shop/keys --json')
    .action((file: string | undefined, options: Options) => list(file, options, terminal))
}

function rotateCommand(terminal: Terminal): Command {
  return takesFile('rotate')
    .description('Make the next step of a change of keys')
    .option('--after <seconds>', 'drop old keys so long after the last change of keys', seconds, defaultDropSeconds)
    .option('--now', 'do not wait: where one process alone uses the file', false)
    .option(
      '--leaked',
      'replace all keys at once: whatever they have sealed is lost, and everybody logs in again',
      false,
    )
    .option('-y, --yes', 'do not ask', false)
    .addHelpText('after', rotateHelp)
    .action((file: string | undefined, options: RotateOptions) => rotate(file, options, terminal))
}

const rotateHelp = `
Nobody is logged out by a rotation, because it has three steps. Each is one run of this command, on one machine; copy the file to
the others after each.
  1. A new key is added. Every process learns to open with it.
  2. The new key is put first, and seals. The old one goes on opening.
  3. The old keys are dropped, when nothing can be left that they have sealed.

Examples:
  sekisho keys rotate
  sekisho keys rotate /etc/shop/keys --after 86400
  sekisho keys rotate /etc/shop/keys --leaked`

function takesFile(name: string): Command {
  return new Command(name)
    .argument('[file]', 'the key file (default: that of the gateway, in its state directory)')
    .option('--state <directory>', 'the state directory, where it is not that of the system')
    .option('--json', 'print one JSON document', false)
}

async function list(file: string | undefined, options: Options, { out, table }: Terminal): Promise<void> {
  const path = await pathOf(file, options)
  const { readKeyLines } = await import('../keys/key-file-node.ts')
  const { keys } = readKeyLines(path)
  if (options.json) return out.json({ file: path, keys })
  const rows = keys.map(({ id, role, since }) => [id, roles[role], since?.toISOString() ?? 'not known'])
  out.write(table(rows, { head: ['Key', 'Role', 'Since'] }))
}

const roles: Readonly<Record<FileKey['role'], string>> = {
  seals: 'seals and opens',
  opens: 'opens what it once sealed',
  waits: 'opens, and is to seal next',
}

async function rotate(file: string | undefined, options: RotateOptions, terminal: Terminal): Promise<void> {
  const path = await pathOf(file, options)
  const { readKeyLines, writeKeyLines } = await import('../keys/key-file-node.ts')
  const lines = readKeyLines(path)
  const question = `Replace all keys of ${path}? Everything that they have sealed is lost`
  if (options.leaked && !(await terminal.confirm(question, options))) return
  const now = new Date()
  const step = options.leaked
    ? replaceAll(lines, now)
    : nextStep(lines, { now, hurry: options.now, dropSeconds: options.after })
  if (step.kind === 'early') throw tooEarly(path, step)
  writeKeyLines(path, lines)
  tell(path, step, options, terminal)
}

type Done = Exclude<Step, { kind: 'early' }> | ReturnType<typeof replaceAll>

function tell(path: string, done: Done, { json, after }: RotateOptions, { out }: Terminal): void {
  if (json) return out.json({ file: path, ...done })
  out.line(`${path}: ${told(done, after)}`)
}

function told(done: Done, after: number): string {
  switch (done.kind) {
    case 'added':
      return `step 1 of 3: key ${done.id} was added, and opens.\nCopy the file to every machine; half a minute later run the command again.`
    case 'promoted':
      return `step 2 of 3: key ${done.id} seals from now on.\nCopy the file to every machine; run the command again in ${hours(after)}.`
    case 'dropped':
      return `step 3 of 3: dropped ${done.ids.join(', ')}.\nCopy the file to every machine; the rotation is over.`
    case 'replaced':
      return `key ${done.id} is the only one now; ${done.gone.join(', ')} opens nothing any more.\nCopy the file to every machine at once.`
  }
}

function hours(after: number): string {
  return after % 3600 === 0 ? `${after / 3600} hours` : `${after} seconds`
}

function tooEarly(path: string, { next, at }: Extract<Step, { kind: 'early' }>): CommandError {
  const why = {
    promote: `the new key was added a moment ago, and a process may not know it before ${at.toISOString()}`,
    drop: `sessions that the old keys have sealed may live until ${at.toISOString()}`,
  }
  return untouched(path, {
    code: 'too-early',
    why: why[next],
    fix: 'run the command again then, or add --now if you know better',
  })
}

async function pathOf(file: string | undefined, { state }: Options): Promise<string> {
  if (file !== undefined) return resolve(file)
  const { defaultDirectory, keyFileIn } = await import('../session/state-node.ts')
  return keyFileIn(state === undefined ? defaultDirectory(process.env) : resolve(state))
}
