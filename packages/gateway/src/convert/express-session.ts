import { CommandError } from '../command/terminal/command-error.ts'
import type { Conversion, Note } from './contract.ts'
import { type Member, membersAt, plainValue, quoted } from './source-text.ts'

/** A store of ours, and what its line needs. */
interface StoreLines {
  readonly imports: string
  readonly before?: string
  readonly expression: string
  readonly note: string
}

const memory: StoreLines = {
  imports: "import { MemoryStore } from 'sekisho/store/memory'\n",
  expression: 'new MemoryStore()',
  note: 'forgets everything at a restart, as the MemoryStore of express-session does; FileStore remembers it',
}

/** Stores of connect, by a word of their names. */
const stores: readonly (readonly [RegExp, StoreLines])[] = [
  [
    /redis|valkey/i,
    {
      imports: "import { createClient } from 'redis'\nimport { RedisStore } from 'sekisho/store/redis'\n",
      before: 'const client = await createClient().connect()\n',
      expression: 'new RedisStore({ client })',
      note: 'pass the client that you have; keys are other ones, so that everybody logs in again (or see fromConnectStore)',
    },
  ],
  [
    /pg|postgres/i,
    {
      imports: "import { Pool } from 'pg'\nimport { PostgresStore } from 'sekisho/store/postgres'\n",
      before: 'const store = new PostgresStore({ client: new Pool() })\nawait store.ensureSchema()\n',
      expression: 'store',
      note: 'pass the pool that you have; the table is another one',
    },
  ],
  [
    /mysql|maria/i,
    {
      imports: "import { createPool } from 'mysql2/promise'\nimport { MysqlStore } from 'sekisho/store/mysql'\n",
      before:
        "const store = new MysqlStore({ client: createPool(process.env['DATABASE_URL'] ?? '') })\nawait store.ensureSchema()\n",
      expression: 'store',
      note: 'pass the pool that you have; the table is another one',
    },
  ],
  [
    /sqlite/i,
    {
      imports: "import { DatabaseSync } from 'node:sqlite'\nimport { SqliteStore } from 'sekisho/store/sqlite'\n",
      before: "const store = new SqliteStore({ database: new DatabaseSync('sessions.db') })\nstore.ensureSchema()\n",
      expression: 'store',
      note: 'pass the handle that you have; the table is another one',
    },
  ],
  [
    /file/i,
    {
      imports: "import { FileStore } from 'sekisho/store/file'\n",
      expression: "new FileStore({ directory: 'sessions' })",
      note: 'the files are other ones; name an absolute directory',
    },
  ],
]

const foreign: StoreLines = {
  imports: "import { fromConnectStore } from 'sekisho/store/rows'\n",
  expression: 'fromConnectStore(STORE)',
  note: 'put your store in the place of STORE; what it cannot guarantee is told in one warning at the start',
}

/** What becomes of the options that have no line of their own. */
const gone: Readonly<Record<string, string>> = {
  secret: 'not needed: the cookie is 256 random bits, and the store keeps their hash only',
  resave: 'not needed: what has not changed is not written, and overlapping requests lose nothing of each other',
  saveUninitialized:
    'never: a visitor who stores nothing gets no cookie and costs no call of the store; session.ensure() makes a session',
  rolling: 'the idle time is moved in the store; the cookie need not be sent again',
  genid: 'not needed: ids cannot be chosen',
  unset: 'session.logout() ends a session; there is no property that could be unset',
  proxy: 'Secure does not depend on what a proxy says; in development there is { development: true }',
  name: 'the cookie is called __Host-sid, which no other host can set; cookie: { name } gives it another name',
}

/** The call of express-session in a program, as a definition of sessions. The program is read, and not run. */
export function convertExpressSession(program: string): Conversion {
  const found = optionsIn(program)
  if (found === undefined) throw notFound
  const options = new Map(found.map((member) => [member.key, member]))
  const lineOf = ({ at }: Member): number => program.slice(0, at).split('\n').length
  const notes: Note[] = []
  for (const [name, text] of Object.entries(gone)) {
    const member = options.get(name)
    if (member !== undefined) notes.push({ about: name, line: lineOf(member), text })
  }
  const store = storeOf(options.get('store'), notes, lineOf)
  const cookie = options.get('cookie')
  const members = cookie === undefined ? [] : (membersAt(program, cookie.at) ?? [])
  const lines = cookieLines(members, notes, lineOf)
  if (lines.some((line) => /^ +(?:domain|path):/.test(line))) lines.unshift(widerName(options.get('name')))
  notes.push(...usage)
  return { text: moduleOf(store, lines, lifetimeLine(members, notes, lineOf)), notes }
}

/** The first argument of a call of what was imported from express-session. */
function optionsIn(program: string): Member[] | undefined {
  const imported =
    /import\s+(\w+)[^;\n]*from\s*['"]express-session['"]/.exec(program) ??
    /(\w+)\s*=\s*require\(\s*['"]express-session['"]\s*\)/.exec(program)
  const name = imported?.[1] ?? 'session'
  for (const call of program.matchAll(new RegExp(String.raw`(?<![.\w])${name}\s*\(`, 'g'))) {
    const members = membersAt(program, call.index + call[0].length)
    if (members !== undefined) return members
  }
  return undefined
}

function storeOf(member: Member | undefined, notes: Note[], lineOf: (member: Member) => number): StoreLines {
  if (member === undefined) {
    notes.push({ about: 'store', text: memory.note })
    return memory
  }
  const [, store] = /memory/i.test(member.text)
    ? [undefined, memory]
    : (stores.find(([pattern]) => pattern.test(member.text)) ?? [undefined, foreign])
  notes.push({ about: 'store', line: lineOf(member), text: store.note })
  return store
}

function cookieLines(members: readonly Member[], notes: Note[], lineOf: (member: Member) => number): string[] {
  const lines: string[] = []
  for (const member of members) {
    const { key, text } = member
    const value = plainValue(text)
    const note = (told: string): void => void notes.push({ about: `cookie.${key}`, line: lineOf(member), text: told })
    if (key === 'path' && value === '/') continue
    else if (key === 'domain' || key === 'path')
      lines.push(`    ${key}: ${typeof value === 'string' ? quoted(value) : text},\n`)
    else if (key === 'sameSite' && typeof value === 'string')
      lines.push(`    sameSite: ${quoted(value.toLowerCase())},\n`)
    else if (key === 'sameSite')
      note(
        value === true
          ? "is Strict: write sameSite: 'strict' if that is meant; the default is Lax"
          : 'the default is Lax',
      )
    else if (key === 'httpOnly' && value === false)
      note('always on: a script that reads the cookie of a session can take the session')
    else if (key === 'secure' && value !== true) note('always on, except with { development: true }')
    else if (key !== 'maxAge' && key !== 'expires' && key !== 'httpOnly' && key !== 'secure')
      note('has no counterpart; left out')
  }
  return lines
}

/** A cookie for more or less than one host cannot have the name that promises just that. */
function widerName(member: Member | undefined): string {
  const value = member === undefined ? undefined : plainValue(member.text)
  return `    name: ${quoted(typeof value === 'string' ? value : '__Secure-sid')},\n`
}

/** A cookie that lasts is a session that lasts: `maxAge` was both. */
function lifetimeLine(members: readonly Member[], notes: Note[], lineOf: (member: Member) => number): string {
  const member = members.find(({ key }) => key === 'maxAge')
  const value = member === undefined ? undefined : plainValue(member.text)
  if (member === undefined) {
    notes.push({
      about: 'lifetime',
      text: 'sessions end after 30 minutes without use and after 12 hours at the latest; a store of connect keeps them for a day',
    })
    return ''
  }
  if (typeof value !== 'number') {
    notes.push({
      about: 'cookie.maxAge',
      line: lineOf(member),
      text: `write ${member.text}, in seconds, into lifetime.idle`,
    })
    return ''
  }
  notes.push({
    about: 'cookie.maxAge',
    line: lineOf(member),
    text: 'is the time without use; lifetime.absolute ends a session however much it is used',
  })
  const seconds = Math.max(1, Math.round(value / 1000))
  return `  lifetime: { idle: ${seconds}, absolute: ${Math.max(43_200, seconds)} },\n`
}

function moduleOf(
  { imports, before = '', expression }: StoreLines,
  cookie: readonly string[],
  lifetime: string,
): string {
  const lines = cookie.length === 0 ? '' : `  cookie: {\n${cookie.join('')}  },\n`
  return `import { defineSession } from 'sekisho'\nimport { sessionMiddleware } from 'sekisho/express'\n${imports}\n${before}const sessions = defineSession({\n  name: 'app',\n  store: ${expression},\n${lifetime}${lines}})\n\nexport const middleware = sessionMiddleware(sessions)\n`
}

const usage: readonly Note[] = [
  { about: 'req.session.x', text: 'reading and writing properties is req.session.data.x, or get and set' },
  {
    about: 'req.session.regenerate',
    text: 'session.login(userId) gives a new id at a login; rotate() gives one at any time',
  },
  { about: 'req.session.destroy', text: 'await session.logout()' },
]

const notFound: CommandError = new CommandError({
  code: 'no-options',
  what: 'There is no call of express-session with its options in this file',
  why: 'the options must be an object literal in the call: session({ … })',
  fix: 'name the file with the call, or put the options into it',
})
