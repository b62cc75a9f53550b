import { CommandError } from '../command/terminal/command-error.ts'
import type { Conversion, Note } from './contract.ts'
import { cookieLines } from './express-cookie.ts'
import { NoteBook } from './note-book.ts'
import { type Member, membersAt, plainValue } from './source-text.ts'

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
const stores: readonly (readonly [word: RegExp, StoreLines])[] = [
  [/memory/i, memory],
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
  const notes = new NoteBook(program)
  for (const [name, text] of Object.entries(gone)) {
    const member = options.get(name)
    if (member !== undefined) notes.add(name, text, member)
  }
  const store = storeOf(options.get('store'), notes)
  const cookie = options.get('cookie')
  const members = cookie === undefined ? [] : (membersAt(program, cookie.at) ?? [])
  const lines = cookieLines(members, options.get('name'), notes)
  for (const { about, text } of usage) notes.add(about, text)
  const lifetime = lifetimeLine(
    members.find(({ key }) => key === 'maxAge'),
    notes,
  )
  return { text: moduleOf(store, lines, lifetime), notes: notes.notes }
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

function storeOf(member: Member | undefined, notes: NoteBook): StoreLines {
  const store = member === undefined ? memory : (stores.find(([word]) => word.test(member.text))?.[1] ?? foreign)
  notes.add('store', store.note, member)
  return store
}

/** A cookie that lasts is a session that lasts: `maxAge` was both. */
function lifetimeLine(maxAge: Member | undefined, notes: NoteBook): string {
  if (maxAge === undefined) {
    const text =
      'sessions end after 30 minutes without use and after 12 hours at the latest; a store of connect keeps them for a day'
    notes.add('lifetime', text)
    return ''
  }
  const value = plainValue(maxAge.text)
  if (typeof value !== 'number') {
    notes.add('cookie.maxAge', `write ${maxAge.text}, in seconds, into lifetime.idle`, maxAge)
    return ''
  }
  notes.add(
    'cookie.maxAge',
    'is the time without use; lifetime.absolute ends a session however much it is used',
    maxAge,
  )
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
