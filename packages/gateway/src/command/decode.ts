import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { Command, Option } from 'commander'
import type { ApacheCipher } from 'sekisho/apache'
import type { PhpFormat } from 'sekisho/php'
import type { DecodeKeys } from '../decode/contract.ts'
import type { Finding } from '../decode/decode.ts'
import { CommandError, exitCodes } from './terminal/command-error.ts'
import { fileFailure } from './terminal/file-failure.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly keys?: string
  readonly application?: string
  readonly cookie?: string
  readonly passphraseFile?: string
  readonly cipher?: ApacheCipher
  readonly php?: PhpFormat
  readonly json: boolean
}

/** `sekisho decode` */
export function decodeCommand(terminal: Terminal): Command {
  return new Command('decode')
    .description('Show what a cookie or a record holds: of sekisho, of mod_session, of PHP')
    .argument('[file]', 'the record, or a file with the cookie (default: asked for, or standard input)')
    .option('--keys <file>', 'the key file of a sealed session')
    .option('--application <name>', 'the `name` of its definition')
    .option('--cookie <name>', 'the name of its cookie, where the text does not say it')
    .option('--passphrase-file <file>', 'passphrases of SessionCryptoPassphrase, one in each line')
    .addOption(
      new Option('--cipher <name>', 'as SessionCryptoCipher').choices(['aes128', 'aes192', 'aes256', '3des192']),
    )
    .addOption(new Option('--php <format>', 'read it as PHP does').choices(['php', 'php_binary', 'php_serialize']))
    .option('--json', 'print one JSON document', false)
    .addHelpText('after', help)
    .action((file: string | undefined, options: Options) => decodeCommanded(file, options, terminal))
}

const help = `
A cookie is as good as a password: it is taken from a prompt, from standard input or from a file, never from the command line. A
whole line "Cookie: …" or "Set-Cookie: …" will do. What it shows is what a visitor has entrusted to the site.

Examples:
  sekisho decode
  sekisho decode --passphrase-file /etc/apache2/passphrase < cookie.txt
  sekisho decode --keys /etc/shop/keys --application shop < cookie.txt
  sekisho decode /var/lib/php/sessions/sess_0123456789abcdefghijklmnop`

async function decodeCommanded(file: string | undefined, options: Options, terminal: Terminal): Promise<void> {
  const keys = await keysOf(options)
  const octets = file === undefined ? await given(terminal) : recordIn(file)
  const { decode } = await import('../decode/decode.ts')
  const path = file === undefined ? undefined : resolve(file)
  const findings = await decode(octets, keys, { cookie: options.cookie, path })
  if (octets.length === 0 || findings.length === 0) throw nothingGiven
  if (options.json) terminal.out.json(findings.map(plain))
  else for (const finding of findings) print(finding, terminal)
  if (findings.some(({ isUseless }) => isUseless)) process.exitCode = exitCodes.failed
}

async function keysOf({ keys, application, passphraseFile, cipher, php }: Options): Promise<DecodeKeys> {
  const { readKeyFile } = await import('sekisho/keys')
  const passphrases = passphraseFile === undefined ? '' : read(passphraseFile, 'the passphrase file').toString()
  return {
    passphrases: passphrases.split(/\r?\n/).filter((line) => line !== ''),
    cipher,
    keyRing: keys === undefined ? undefined : readKeyFile(resolve(keys)),
    application,
    php,
  }
}

async function given(terminal: Terminal): Promise<Buffer> {
  if (process.stdin.isTTY) return Buffer.from(await terminal.password('Cookie'))
  return buffer(process.stdin)
}

const nothingGiven: CommandError = new CommandError({
  code: 'nothing-given',
  what: 'There is nothing to decode',
  why: 'what was given holds no cookie and no record',
  fix: 'name a file, or pipe the cookie in',
})

function read(file: string, what: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw fileFailure({ verb: 'read', what, path: resolve(file) }, cause)
  }
}

/** The name of a file that is not there is not repeated: it may be a cookie. */
function recordIn(file: string): Buffer {
  if (existsSync(file)) return read(file, 'the file')
  throw new CommandError({
    code: 'not-read',
    what: 'There is no file of the name that stands behind decode',
    why: 'a file is meant there: a cookie is never taken from the command line, where everybody on the machine sees it',
    fix: 'check the name; for a cookie, run "sekisho decode" and paste it, or pipe it in',
  })
}

function print({ cookie, kind, facts, content, note }: Finding, { out }: Terminal): void {
  out.line(out.style('strong', cookie === undefined ? kind : `${cookie}: ${kind}`))
  for (const [name, fact] of Object.entries(facts)) out.line(`  ${name}: ${fact}`)
  if (content !== undefined)
    out.line(indented(inspect(content, { depth: 12, breakLength: 100, maxStringLength: 10_000 })))
  if (note !== undefined) out.line(`  ${out.style('warn', note)}`)
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

/** What JSON has no word for is told as text. */
function plain({ content, ...finding }: Finding): Finding {
  if (content === undefined) return finding
  const shown = JSON.stringify(content, (_, value: unknown) => (isPlain(value) ? value : inspect(value)))
  return { ...finding, content: JSON.parse(shown) as unknown }
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'bigint') return false
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
