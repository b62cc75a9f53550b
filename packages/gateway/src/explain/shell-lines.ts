import { moduleId, shortName } from '../modules/names.ts'

/** What a shell line of Apache's documents and articles is here. */
export interface ShellAnswer {
  /** The line, without `sudo`. */
  readonly line: string
  /** What it does there. */
  readonly meaning: string
  /** What is typed here in its place; nothing, where nothing needs to be done. */
  readonly here: readonly string[]
  /** What else is to be known. */
  readonly note: string
}

type Answer = Omit<ShellAnswer, 'line'>

/** One kind of line. */
export interface ShellLineKind {
  /** A line of this kind, as documents print it. */
  readonly example: string
  readonly form: RegExp
  /** @param words What the groups of the form found. @param site The configuration. */
  answer(words: Readonly<Record<string, string | undefined>>, site: string): Answer
}

const server = '(?:apache2|httpd)(?:\\.service)?'
const databases = '(?:mysqld?|mariadb|postgresql\\S*|redis(?:-server)?|valkey(?:-server)?)(?:\\.service)?'
const control = '(?:apachectl|apache2ctl|httpd|apache2)'
const stores = /session/i

const passwordOptions: Readonly<Record<string, string>> = { c: '--create', D: '--delete', v: '--verify' }

/** Every kind of line that has an answer. The first form that matches counts. */
export const shellLineKinds: readonly ShellLineKind[] = [
  {
    example: 'apt update',
    form: /^(?:apt|apt-get|yum|dnf)\s+(?:update|upgrade|makecache|check-update)\b/,
    answer: () => ({
      meaning: 'reads the lists of packages anew',
      here: [],
      note: 'Nothing to do: sessions are a part of the gateway, and no package of the system is needed.',
    }),
  },
  {
    example: 'apt install libapache2-mod-session',
    form: /^(?:apt|apt-get|yum|dnf)\s+(?:-y\s+)?install\s+(?:-y\s+)?(?:libapache2-mod-session|mod_session|apache2|httpd)\b/,
    answer: () => ({
      meaning: 'installs mod_session',
      here: ['sekisho modules'],
      note:
        'Nothing to install: sessions, their encryption and their stores are a part of the gateway. For the real server, Debian and ' +
        'Ubuntu have no package libapache2-mod-session; its modules come with apache2.',
    }),
  },
  {
    example: 'a2enmod session',
    form: /^a2(?<verb>en|dis)mod\s+(?<modules>\S.*)$/,
    answer: ({ verb, modules = '' }, site) => {
      const names = modules
        .split(/\s+/)
        .filter((word) => !word.startsWith('-'))
        .map((name) => shortName(moduleId(name)))
      const command = verb === 'dis' ? 'disable' : 'enable'
      return {
        meaning: `${command}s ${names.join(' and ')} for the next start`,
        here: [`sekisho ${command} ${names.join(' ')} --config ${site}`],
        note: 'It edits the LoadModule lines of the configuration, and says what is to be reloaded; --reload does it.',
      }
    },
  },
  {
    example: 'systemctl restart apache2',
    form: new RegExp(
      `^(?:systemctl\\s+(?:restart|reload)\\s+${server}|service\\s+${server}\\s+(?:restart|reload)|${control}\\s+(?:-k\\s+)?(?:restart|graceful))$`,
    ),
    answer: (_, site) => ({
      meaning: 'puts a changed configuration to work',
      here: [`sekisho check ${site} && systemctl reload sekisho`],
      note:
        `Without systemd: sekisho reload ${site}. No visitor notices: connections stay open, and a configuration with an error ` +
        'changes nothing.',
    }),
  },
  {
    example: 'systemctl start apache2',
    form: new RegExp(
      `^(?:systemctl\\s+(?:enable\\s+--now|enable|start)\\s+${server}|service\\s+${server}\\s+start|${control}\\s+(?:-k\\s+)?start)$`,
    ),
    answer: (_, site) => ({
      meaning: 'starts the server',
      here: [`sekisho service ${site} --write`, 'systemctl daemon-reload && systemctl enable --now sekisho'],
      note: `Without systemd: sekisho serve ${site}`,
    }),
  },
  {
    example: 'systemctl stop apache2',
    form: new RegExp(
      `^(?:systemctl\\s+(?:disable\\s+--now|disable|stop)\\s+${server}|service\\s+${server}\\s+stop|${control}\\s+(?:-k\\s+)?(?:graceful-)?stop)$`,
    ),
    answer: () => ({
      meaning: 'ends the server',
      here: ['systemctl stop sekisho'],
      note: 'What runs is finished first. Without systemd: a TERM signal to the process.',
    }),
  },
  {
    example: 'systemctl status apache2',
    form: new RegExp(`^(?:systemctl\\s+status\\s+${server}|service\\s+${server}\\s+status)$`),
    answer: (_, site) => ({
      meaning: 'tells whether the server runs',
      here: ['systemctl status sekisho', `sekisho doctor ${site}`],
      note: 'doctor also tells whether a visitor would keep his session.',
    }),
  },
  {
    example: 'vi /etc/httpd/conf/httpd.conf',
    form: /^(?:vim?|nano|emacs|view|\$EDITOR)\s+\S*(?:\.conf|\.htaccess)$/,
    answer: (_, site) => ({
      meaning: 'edits the configuration',
      here: [`vi ${site}`, `sekisho check ${site}`],
      note: `For LoadModule lines alone: sekisho enable session session_cookie session_crypto --config ${site}`,
    }),
  },
  {
    example: 'apachectl -M | grep session',
    form: new RegExp(`^${control}\\s+(?:-M|-t\\s+-D\\s*DUMP_MODULES)(?<rest>\\s*\\|.*)?$`),
    answer: ({ rest = '' }, site) => ({
      meaning: 'lists the modules that are loaded',
      here: [`sekisho modules ${site}${rest === '' ? '' : ` ${rest.trim()}`}`],
      note: '',
    }),
  },
  {
    example: 'apachectl configtest',
    form: new RegExp(`^${control}\\s+(?:configtest|-t|-S|-t\\s+-D\\s*DUMP_VHOSTS)$`),
    answer: (_, site) => ({
      meaning: 'checks the configuration',
      here: [`sekisho check ${site}`],
      note: `What the real server would say: sekisho check ${site} --as-apache`,
    }),
  },
  {
    example: 'tail -f /var/log/apache2/error.log',
    form: /^(?<program>tail|less|cat|view|journalctl)\b(?<words>.*(?:error[._]log|(?:apache2|httpd)\b).*)$/,
    answer: ({ words = '' }, site) => {
      const follow = /\s-\w*[fF]\b/.test(words) ? '-f ' : ''
      return {
        meaning: follow === '' ? 'shows the log of errors' : 'shows the log of errors as it grows',
        here: [`sekisho log ${follow}${site}`],
        note: `Only what concerns sessions: sekisho log ${follow}--about session ${site}`,
      }
    },
  },
  {
    example: 'chown root:apache /var/lib/apache2/session',
    form: /^ch(?<what>own|mod|grp)\s+(?<rest>\S.*)$/,
    answer: ({ what, rest = '' }, site) => ({
      meaning: stores.test(rest) ? 'protects the directory of the sessions' : 'changes who may read and write a file',
      here: [`sudo ch${what ?? ''} ${rest}`, `sekisho doctor ${site}`],
      note:
        'The same line does it here, with the group that the gateway runs as (www-data on Debian, apache on Red Hat). doctor looks ' +
        'at owner, mode and free space of the directory of SessionStoreFileName, and prints the line that mends it.',
    }),
  },
  {
    example: 'df -h',
    form: /^df\b(?<rest>.*)$/,
    answer: ({ rest = '' }, site) => ({
      meaning: 'shows how full the disks are',
      here: [`sekisho doctor ${site}`, `df${rest === '' ? ' -h' : rest}`],
      note: 'A full disk loses no session here: requests get a 503 until there is room. doctor looks at the disk of the sessions.',
    }),
  },
  {
    example: 'systemctl status mysql',
    form: new RegExp(
      `^(?:systemctl\\s+(?:status|is-active)\\s+${databases}|service\\s+${databases}\\s+status|mysqladmin\\s+ping|pg_isready|redis-cli\\s+ping)\\b.*$`,
    ),
    answer: (_, site) => ({
      meaning: 'tells whether the database runs',
      here: [`sekisho doctor ${site}`],
      note: 'doctor reaches the database as the gateway would, and tries table, columns and statements in a transaction that it takes back.',
    }),
  },
  {
    example: 'htpasswd -B /etc/apache2/.htpasswd alice',
    form: /^htpasswd\s+(?<rest>\S.*)$/,
    answer: ({ rest = '' }) => {
      const words = rest.split(' ')
      const [file = '.htpasswd', user = 'NAME'] = words.filter((word) => !word.startsWith('-'))
      const flags = words.filter((word) => word.startsWith('-')).join('')
      const option = /[cDv]/.exec(flags)?.[0] ?? ''
      return {
        meaning:
          { c: 'makes a password file', D: 'removes a user', v: 'checks a password' }[option] ?? 'sets a password',
        here: [['sekisho htpasswd', passwordOptions[option], file, user].filter(Boolean).join(' ')],
        note: 'bcrypt is what it writes; the password is asked for, or read from standard input, and never an argument.',
      }
    },
  },
]

/** What one line is here; undefined when it is none of them. @param site The configuration to name (default `site.conf`). */
export function explainShellLine(text: string, site: string = 'site.conf'): ShellAnswer | undefined {
  const line = bare(text)
  for (const { form, answer } of shellLineKinds) {
    const match = form.exec(line)
    if (match !== null) return { line, ...answer(match.groups ?? {}, site) }
  }
  return undefined
}

/** Without the prompt, `sudo`, and a password behind the name of a user. */
function bare(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replace(/^[$#] /, '')
    .replace(/^sudo (?:-\S+ )*/, '')
    .replace(/^(htpasswd (?:-\S+ )*[^-\s]\S* \S+) .*/, '$1')
}

/** The lines of a text, those that `&&` or `;` joins each by itself. Words behind a `|` stay. */
export function shellLinesOf(text: string): string[] {
  return text
    .split(/\n|&&|;/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
