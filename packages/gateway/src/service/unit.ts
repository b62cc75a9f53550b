import { dirname } from 'node:path'

/** What a systemd unit is made of. */
export interface UnitOptions {
  /** The configuration, absolute. */
  readonly file: string
  /** The words that start `sekisho`, without its arguments: the runtime, its options, and the program. */
  readonly program: readonly string[]
  /** What comes behind `serve FILE`. */
  readonly words: readonly string[]
  readonly user: string
  readonly group: string | undefined
  /** Seconds that requests may go on when the gateway ends. */
  readonly drainSeconds: number
  /** Directories that it writes into, besides its own. */
  readonly writes: readonly string[]
  /** True: it listens below port 1024. */
  readonly bindsLowPorts: boolean
}

/** The text of a hardened systemd unit. @throws RangeError for a path that no unit can hold. */
export function unitText(options: UnitOptions): string {
  return [
    section('Unit', unitLines(options)),
    section('Service', [...processLines(options), '', ...accessLines(options), '', ...hardening]),
    section('Install', ['WantedBy=multi-user.target']),
  ].join('\n')
}

function unitLines({ file }: UnitOptions): string[] {
  return [
    `Description=Sekisho, web sessions for ${unitEscaped(file)}`,
    'Documentation=man:sekisho(1)',
    'Wants=network-online.target',
    '# Databases on this machine: an order, not a need. Without one, visitors get a 503 until it is back.',
    'After=network-online.target postgresql.service mariadb.service mysql.service redis-server.service redis.service',
  ]
}

function processLines({ file, program, words, user, group, drainSeconds }: UnitOptions): string[] {
  const command = (...rest: readonly string[]): string => [...program, ...rest].map(quoted).join(' ')
  const drain = ['--drain', String(drainSeconds)]
  return [
    'Type=exec',
    `User=${user}`,
    ...(group === undefined ? [] : [`Group=${group}`]),
    `ExecStartPre=${command('check', file, ...words)}`,
    `ExecStart=${command('serve', file, ...words, ...drain)}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    '# TERM finishes what runs; only the first process is told, and it tells its workers.',
    'KillSignal=SIGTERM',
    'KillMode=mixed',
    `TimeoutStopSec=${drainSeconds + 10}`,
    'Restart=on-failure',
    'RestartSec=1',
    'LimitNOFILE=65536',
  ]
}

function accessLines({ writes, bindsLowPorts, file }: UnitOptions): string[] {
  const capability = bindsLowPorts ? 'CAP_NET_BIND_SERVICE' : ''
  const needsHome = [file, ...writes].some((path) => /^\/(?:home|root)(?:\/|$)/.test(path))
  return [
    '# Keys, and sessions that no directive gives a place to: /var/lib/sekisho',
    'StateDirectory=sekisho',
    'StateDirectoryMode=0700',
    'LogsDirectory=sekisho',
    'UMask=0077',
    ...writes.map((path) => `ReadWritePaths=-${quoted(path)}`),
    `ProtectHome=${needsHome ? 'read-only' : 'yes'}`,
    `CapabilityBoundingSet=${capability}`,
    `AmbientCapabilities=${capability}`,
  ]
}

/** MemoryDenyWriteExecute is not among them: the runtime compiles code as it runs. */
const hardening = [
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RemoveIPC=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
]

function section(name: string, lines: readonly string[]): string {
  return `[${name}]\n${lines.join('\n')}\n`
}

/** systemd.service(5), "COMMAND LINES": `%` and `$` have meanings of their own, and quotes are as in C. */
function quoted(word: string): string {
  const plain = unitEscaped(word).replaceAll('$', '$$$$')
  if (/^[\w@%+=:,./$-]+$/.test(plain)) return plain
  return `"${plain.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

function unitEscaped(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError(`no unit can hold this path: ${JSON.stringify(text)}`)
  return text.replaceAll('%', '%%')
}

/** The directories that hold these files, each once, without those that the unit gives the gateway anyway. */
export function writtenDirectories(files: readonly string[]): string[] {
  const own = /^\/var\/(?:lib|log)\/sekisho(?:\/|$)/
  return [...new Set(files.map((file) => dirname(file)))].filter((directory) => !own.test(directory)).toSorted()
}
