import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { ConfigKind, Conversion } from '../convert/contract.ts'
import type { CommandError } from './terminal/command-error.ts'
import { fileFailure, untouched } from './terminal/file-failure.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly from?: ConfigKind
  readonly out?: string
  readonly json: boolean
}

/** `sekisho convert php.ini` */
export function convertCommand(terminal: Terminal): Command {
  return new Command('convert')
    .description('Put a configuration of Apache, of PHP or of express-session into ours, and say what changes')
    .argument('<file>', 'an httpd.conf, a php.ini, or the program that calls express-session')
    .addOption(
      new Option('--from <kind>', 'what the file is (default: as it looks)').choices([
        'apache',
        'php',
        'express-session',
      ]),
    )
    .option('-o, --out <file>', 'write the result there; refused when it is there already')
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action((file: string, options: Options) => convertFile(resolve(file), options, terminal))
}

const help = `
The result goes to standard output and the notes to standard error. The file is read, never run, and never changed.

Examples:
  sekisho convert /etc/apache2/sites-available/shop.conf --out site.conf && sekisho check site.conf
  sekisho convert /etc/php/8.2/fpm/php.ini > sessions.ts
  sekisho convert app.js > sessions.ts`

async function convertFile(file: string, { from, out, json }: Options, terminal: Terminal): Promise<void> {
  const { convert, kindOf } = await import('../convert/convert.ts')
  const text = read(file)
  const kind = from ?? kindOf(file, text)
  const conversion = convert(kind, file, text)
  if (out !== undefined) write(resolve(out), conversion.text, file)
  if (json) return terminal.out.json({ from: kind, file, ...conversion })
  tell(file, conversion, terminal)
  if (out === undefined) terminal.out.write(conversion.text)
  else terminal.out.line(`${resolve(out)}: written`)
}

function tell(file: string, { notes }: Conversion, { err }: Terminal): void {
  for (const { about, line, text } of notes) {
    const place = line === undefined ? file : `${file}:${line}`
    err.line(`${place}: ${err.style('strong', about)}: ${text}`)
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw fileFailure({ verb: 'read', what: 'the configuration', path: file }, cause)
  }
}

/** Whoever may not read the original, and a passphrase in it, may not read this either. */
function write(file: string, text: string, original: string): void {
  if (existsSync(file)) throw exists(file)
  try {
    writeFileSync(file, text, { flag: 'wx', mode: statSync(original).mode & 0o777 })
  } catch (cause) {
    throw fileFailure({ verb: 'written', what: 'the result', path: file }, cause)
  }
}

function exists(file: string): CommandError {
  return untouched(file, {
    code: 'file-exists',
    why: 'there is a file of this name already',
    fix: 'name another one, or leave --out out',
  })
}
