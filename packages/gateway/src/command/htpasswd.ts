import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type Algorithm, algorithms, costs } from '../htpasswd/hash-password.ts'
import { expected } from './arguments.ts'
import { CommandError, exitCodes, type Failure } from './terminal/command-error.ts'
import type { Terminal } from './terminal/terminal.ts'

interface Options {
  readonly create: boolean
  readonly verify: boolean
  readonly delete: boolean
  readonly algorithm: Algorithm
  readonly cost: number
}

interface Account {
  readonly file: string
  readonly user: string
}

/** `sekisho htpasswd /etc/apache2/.htpasswd alice` */
export function htpasswdCommand(terminal: Terminal): Command {
  return new Command('htpasswd')
    .description('Give a user of a password file a password, check it, or remove the user')
    .argument('<file>', 'the file that AuthUserFile names')
    .argument('<user>', 'the name of the user')
    .argument('[more...]') // none: but what stands there is a password, and told apart from other mistakes
    .usage('[options] <file> <user>')
    .option('-c, --create', 'make the file; refused when it is there', false)
    .addOption(
      new Option('-v, --verify', 'check the password and change nothing')
        .default(false)
        .conflicts(['delete', 'create']),
    )
    .addOption(new Option('-D, --delete', 'remove the user').default(false).conflicts(['verify', 'create']))
    .addOption(new Option('--algorithm <name>', 'how the password is kept').choices(algorithms).default('bcrypt'))
    .option('--cost <number>', 'of bcrypt: each step doubles the work of a guess, and of a login', cost, costs.usual)
    .addHelpText('after', help)
    .action((file: string, user: string, more: readonly string[], options: Options) => {
      if (more.length > 0) throw passwordAsArgument
      if (!isUserName(user)) throw noUserName
      return htpasswd({ file: resolve(file), user }, options, terminal)
    })
}

const help = `
The password is asked for, twice, or is the first line of standard input. It is never an argument: everybody on the machine sees
those, and the shell keeps them. The real server reads what is written here.

Examples:
  sekisho htpasswd --create /etc/apache2/.htpasswd alice
  sekisho htpasswd /etc/apache2/.htpasswd alice < password.txt
  sekisho htpasswd --verify /etc/apache2/.htpasswd alice
  sekisho htpasswd --delete /etc/apache2/.htpasswd alice`

async function htpasswd(account: Account, options: Options, terminal: Terminal): Promise<void> {
  if (options.verify) return verify(account, terminal)
  const { PasswordFileEdit, inOctets } = await import('../htpasswd/password-file-edit.ts')
  const { file, user } = account
  const edit = new PasswordFileEdit(file, options.create)
  if (options.delete) {
    if (edit.lines.delete(inOctets(user)) === 0) throw unknownUser(account)
    edit.save()
    return terminal.out.line(`${file}: ${user} was removed`)
  }
  const { hashPassword } = await import('../htpasswd/hash-password.ts')
  const hash = await hashPassword(await newPassword(user, terminal), options)
  const was = edit.lines.set(inOctets(user), hash)
  edit.save()
  terminal.out.line(`${file}: ${user} ${was ? 'has a new password' : 'was added'} (${described(options)})`)
}

function described({ algorithm, cost: rounds }: Options): string {
  return algorithm === 'bcrypt' ? `bcrypt, cost ${rounds}` : algorithm
}

/** Somebody who types without seeing it types it twice. */
async function newPassword(user: string, terminal: Terminal): Promise<string> {
  const password = await terminal.password(`New password of ${user}`)
  if (!process.stdin.isTTY || !process.stderr.isTTY) return password
  if ((await terminal.password('The same again')) === password) return password
  throw new CommandError({
    code: 'not-the-same',
    what: 'Nothing was changed',
    why: 'the two passwords are not the same',
    fix: 'run the command again',
  })
}

async function verify(account: Account, terminal: Terminal): Promise<void> {
  const { readUsers } = await import('../auth/files/password-file.ts')
  const { PasswordFileEdit } = await import('../htpasswd/password-file-edit.ts')
  const { isUnusable, longestPassword, readStoredPassword } = await import('../auth/password/stored-password.ts')
  const { file, user } = account
  const { lines } = new PasswordFileEdit(file, false)
  const kept = readUsers(Buffer.from(lines.toString(), 'latin1').toString(), file).stored.get(user)
  if (kept === undefined) throw unknownUser(account)
  const stored = readStoredPassword(kept, new Set(['des']))
  if (isUnusable(stored)) throw unusable(account, stored.problem)
  const password = Buffer.from(await terminal.password(`Password of ${user}`))
  if (password.length > longestPassword || !(await stored.matches(password))) throw wrong(account)
  terminal.out.line(`${file}: the password of ${user} is right (${stored.scheme})`)
}

/** What a line of the file can begin with. */
function isUserName(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these are what a line of the file cannot hold
  return text !== '' && Buffer.byteLength(text) <= 255 && !/[:\u0000-\u001f\u007f]|^[\s#]/.test(text)
}

function cost(text: string): number {
  const number = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (number >= costs.least && number <= costs.most) return number
  throw expected(`a whole number from ${costs.least} to ${costs.most}`)
}

function unknownUser({ file, user }: Account): CommandError {
  return new CommandError({
    code: 'unknown-user',
    what: `${user} is not in ${file}`,
    why: 'no line begins with this name; upper and lower case are different',
    fix: `add the user: sekisho htpasswd ${file} ${user}`,
  })
}

function unusable({ file, user }: Account, why: string): CommandError {
  return new CommandError({
    code: 'unusable-password',
    what: `${user} cannot log in with what ${file} holds`,
    why,
    fix: `set a new password: sekisho htpasswd ${file} ${user}`,
  })
}

function wrong({ file, user }: Account): CommandError {
  return new CommandError({
    code: 'wrong-password',
    what: `That is not the password of ${user}`,
    why: `it does not match what ${file} holds`,
    fix: `set a new password: sekisho htpasswd ${file} ${user}`,
  })
}

/** The name is not repeated: behind a colon there may be a password. */
const noUserName: CommandError = misused({
  code: 'no-user-name',
  why: 'a user has a name of 1 to 255 octets, without a colon and control characters, that begins with neither # nor a blank',
  fix: 'give the name alone; the password is asked for',
})

const passwordAsArgument: CommandError = misused({
  code: 'password-as-argument',
  why: 'a password is never taken from the command line: everybody on the machine sees it there, and the shell keeps it',
  fix: 'leave it out and type it at the prompt, or pipe it in; if you have just typed one, choose another',
})

function misused(failure: Omit<Failure, 'what'>): CommandError {
  return new CommandError({ ...failure, what: 'Nothing was changed' }, { exitCode: exitCodes.usage })
}
