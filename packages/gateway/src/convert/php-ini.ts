import { directives } from 'sekisho/php'
import { nearestName } from '../lib/nearest.ts'
import type { Conversion, Note } from './contract.ts'
import { quoted } from './source-text.ts'

interface Setting {
  readonly name: string
  readonly value: string
  readonly line: number
}

interface Advice {
  /** Whether a value is worth a word. */
  readonly concerns: (value: string) => boolean
  readonly text: string
}

const isOn = (value: string): boolean => /^(?:1|on|yes|true)$/i.test(value)
const isOff = (value: string): boolean => !isOn(value)

/** What is weaker than it need be, or otherwise here. */
const advice: Readonly<Record<string, Advice>> = {
  'session.use_strict_mode': {
    concerns: isOff,
    text: 'off, an id that nobody has given out is adopted; leave the line out: it is on by default, as in PHP 8.6',
  },
  'session.cookie_httponly': {
    concerns: isOff,
    text: 'off, a script can read the cookie; leave the line out: it is on by default, as in PHP 8.6',
  },
  'session.cookie_samesite': {
    concerns: (value) => value === '',
    text: 'empty, every site can send the cookie along; leave the line out: it is Lax by default, as in PHP 8.6',
  },
  'session.cookie_secure': { concerns: isOff, text: 'off, the cookie travels over plain http as well' },
  'session.use_trans_sid': {
    concerns: isOn,
    text: 'ids in links end up in logs and in what people share; the Referer tells them to others',
  },
  'session.use_only_cookies': {
    concerns: isOff,
    text: 'an id from a link is taken: whoever makes a visitor follow it knows his session',
  },
  'session.gc_probability': {
    concerns: (value) => value !== '0',
    text: "a sweep in a visitor's request makes him wait; 0 and session.gc() from a timer do not",
  },
  'session.save_path': {
    concerns: (value) => /(?:^|;)(?:\/tmp)?\/?$/.test(value),
    text: 'everybody on the machine sees the names of files there; take a directory for this user alone',
  },
  'session.auto_start': {
    concerns: isOn,
    text: 'the session starts before the handler, as in PHP before the script',
  },
}

/** A `php.ini`, or lines `php_value` and `php_flag` of Apache, as a module for `sekisho/php`. Sections and other directives are left out. */
export function convertPhpIni(text: string): Conversion {
  const settings = [...settingsIn(text)]
  const last = new Map(settings.map((setting) => [setting.name, setting]))
  const known = [...last.values()].filter(({ name }) => name in directives)
  const handler = last.get('session.save_handler')?.value ?? 'files'
  return { text: moduleOf(known, handler), notes: [...notesOf(last), ...handlerNotes(handler)] }
}

function* settingsIn(text: string): Generator<Setting> {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, name, value] =
      /^\s*((?:session|url_rewriter)\.[\w.]+)\s*=\s*(.*)$/.exec(line) ??
      /^\s*php_(?:admin_)?(?:value|flag)\s+((?:session|url_rewriter)\.[\w.]+)\s+(.*)$/i.exec(line) ??
      []
    if (name !== undefined) yield { name, value: valueOf(value ?? ''), line: index + 1 }
  }
}

/** A value of php.ini: in quotes, or up to a comment. */
function valueOf(text: string): string {
  const [, one, other] = /^"([^"]*)"|^'([^']*)'/.exec(text) ?? []
  return one ?? other ?? text.replace(/\s*;.*$/, '').trim()
}

function moduleOf(settings: readonly Setting[], handler: string): string {
  const lines = settings
    .filter(({ name }) => name !== 'session.save_handler')
    .map(({ name, value }) => `  ${quoted(name)}: ${quoted(value)},\n`)
  const isRedis = handler === 'redis'
  const imports = isRedis
    ? "import { createClient } from 'redis'\nimport { redis } from 'sekisho/php'\nimport { phpSessions } from 'sekisho/php/node'\n"
    : "import koffi from 'koffi'\nimport { files, koffiFlock, phpSessions } from 'sekisho/php/node'\n"
  const client = isRedis ? '\nconst client = await createClient().connect()\n' : ''
  const module = isRedis ? 'redis({ client })' : 'files({ flock: koffiFlock(koffi) })'
  return `${imports}${client}\nconst ini = {\n  'session.save_handler': ${quoted(isRedis ? 'redis' : 'files')},\n${lines.join('')}}\n\nexport const sessions = phpSessions(ini, { modules: [${module}] })\n`
}

function* notesOf(settings: ReadonlyMap<string, Setting>): Generator<Note> {
  for (const { name, value, line } of settings.values()) {
    const told = advice[name]
    if (!(name in directives)) yield { about: name, line, text: unknown(name) }
    else if (told?.concerns(value) === true) yield { about: name, line, text: told.text }
  }
  yield {
    about: 'php',
    text: "what PHP would lose is kept; for the behaviour of an old PHP, traps and all, add php: 'classic' (docs/guide/php/differences.md)",
  }
}

function* handlerNotes(handler: string): Generator<Note> {
  if (handler === 'files' || handler === 'redis') return
  const text = `there is no handler ${handler} here; the module keeps sessions in files. Write one with setSaveHandler to go on`
  yield { about: 'session.save_handler', text }
}

function unknown(name: string): string {
  const close = nearestName(name, Object.keys(directives))
  return `no directive of PHP 8; left out${close === undefined ? '' : `. Is ${close} meant?`}`
}
