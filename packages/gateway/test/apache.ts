import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = '/usr/sbin/apache2'
const moduleFolder = '/usr/lib/apache2/modules'
/** Loaded before all others, which need them. */
const first = [
  'mpm_event',
  'session',
  'dbd',
  'authn_core',
  'authz_core',
  'ldap',
  'proxy',
  'dav',
  'cache',
  'slotmem_shm',
  'xml2enc',
]
/** Modules that cannot be loaded beside the others, or that are no more than tests. */
const left = [
  'mpm_prefork',
  'mpm_worker',
  'bucketeer',
  'case_filter',
  'case_filter_in',
  'dialup',
  'echo',
  'cgid',
  'suexec',
  'data',
]

/** What the real server has to load for logins with sessions in cookies, in this order. */
export const loginModules = [
  'authn_core',
  'authn_file',
  'authz_user',
  'authz_groupfile',
  'authz_host',
  'auth_basic',
  'request',
  'session',
  'session_cookie',
  'auth_form',
  'setenvif',
] as const

/** What the real server says about a configuration. */
export interface Verdict {
  readonly accepted: boolean
  readonly output: string
}

/** The real server, asked about configurations. Dispose of it. */
export interface RealServer {
  readonly root: string
  /** `apache2 -t`. */
  test(config: string): Verdict
  /** `apache2 -L`: all directives. */
  directives(): string
  [Symbol.dispose](): void
}

/**
 * Throws when the server is not installed; says how to mend that.
 *
 * @param isLeftOut The modules that it does not load, by their names without `mod_` (default: none).
 */
export function realServer(isLeftOut: (name: string) => boolean = () => false): RealServer {
  if (!existsSync(program)) throw new Error(`${program} is missing: apt-get install apache2`)
  const root = mkdtempSync(join(tmpdir(), 'sekisho-apache-'))
  for (const folder of ['logs', 'conf', 'htdocs']) mkdirSync(join(root, folder))
  const file = join(root, 'conf', 'test.conf')
  const run = (flag: string, config: string): Verdict => {
    writeFileSync(file, `${preamble(root, isLeftOut)}${config}`)
    const { status, stdout, stderr } = spawnSync(program, [flag, '-f', file], {
      encoding: 'utf8',
      env: {},
      timeout: 20_000,
    })
    return { accepted: status === 0, output: `${stdout}${stderr}` }
  }
  return {
    root,
    test: (config) => run('-t', config),
    directives: () => run('-L', '').output,
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  }
}

function preamble(root: string, isLeftOut: (name: string) => boolean): string {
  const found = readdirSync(moduleFolder)
    .filter((name) => /^mod_.*\.so$/.test(name))
    .map((name) => name.slice('mod_'.length, -'.so'.length))
    .filter((name) => !isLeftOut(name))
  const rest = found.filter((name) => !first.includes(name) && !left.includes(name))
  const loads = [...first.filter((name) => found.includes(name)), ...rest].map(
    (name) => `LoadModule ${name}_module ${moduleFolder}/mod_${name}.so`,
  )
  return `ServerRoot ${root}\nServerName localhost\nListen 127.0.0.1:1\nErrorLog logs/error.log\nPidFile logs/pid\n${loads.join('\n')}\n`
}
