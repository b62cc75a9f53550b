import { anywhere, configFiles, type Contexts, mainServer, servers } from '../contexts.ts'
import type { Arity } from '../arity.ts'
import { appended, type Directive, keyed, listed, type ModuleTable, optional, single } from '../directive.ts'
import { path, text, texts } from '../readers.ts'
import { coreDirectives } from './core.ts'

const whenRead = 'Takes effect while the configuration is read.'

interface Simple {
  readonly name: string
  readonly contexts: Contexts
  readonly takes: Arity
  readonly syntax: string
  readonly help: string
}

/** Directives that are understood and need nothing done: what they ask for is so, or is somebody else's business here. */
function inert(name: string, contexts: Contexts, takes: Arity, help: string): Directive<readonly string[] | undefined> {
  const syntax = takes === 'TAKE1' ? 'value' : 'value …'
  return optional({ name, contexts, takes, syntax, read: texts, help, inert: true })
}

function reading(spec: Simple): Directive<readonly string[] | undefined> {
  return optional({ ...spec, read: texts, notes: whenRead })
}

export const Define: Directive<readonly string[] | undefined> = reading({
  name: 'Define',
  contexts: configFiles,
  takes: 'TAKE12',
  syntax: 'name [value]',
  help: 'Gives a variable its value, for ${name} and <IfDefine>.',
})
export const UnDefine: Directive<readonly string[] | undefined> = reading({
  name: 'UnDefine',
  contexts: configFiles,
  takes: 'TAKE1',
  syntax: 'name',
  help: 'Takes a variable away again.',
})
export const Include: Directive<readonly string[] | undefined> = reading({
  name: 'Include',
  contexts: configFiles,
  takes: 'TAKE1',
  syntax: 'path',
  help: 'Reads a file, the files of a directory, or those that match a pattern; there must be one.',
})
export const IncludeOptional: Directive<readonly string[] | undefined> = reading({
  name: 'IncludeOptional',
  contexts: configFiles,
  takes: 'TAKE1',
  syntax: 'path',
  help: 'Like Include, and there may be none.',
})

export const ServerRoot: Directive<string | undefined> = optional({
  name: 'ServerRoot',
  contexts: mainServer,
  takes: 'TAKE1',
  syntax: 'directory',
  read: path,
  help: 'The directory that relative paths belong to.',
  notes: whenRead,
})

export const ErrorDirective: Directive<string | undefined> = optional<string>({
  name: 'Error',
  contexts: anywhere('any'),
  takes: 'RAW_ARGS',
  syntax: 'message',
  read: (use) =>
    use.fail({
      code: 'refused-directive',
      message: use.raw === '' ? 'The Error directive was used with no message.' : use.raw.replaceAll(/^"|"$/g, ''),
      fix: 'this line is there to stop the start; look at the conditions around it',
    }),
  help: 'Stops the start with a message.',
})

const handledElsewhere = 'Accepted; has no effect: '

const inertCore = [
  inert(
    'Options',
    anywhere('Options'),
    'RAW_ARGS',
    `${handledElsewhere}the gateway serves files and apps, and lists no directories.`,
  ),
  inert('ServerTokens', mainServer, 'TAKE1', `${handledElsewhere}the gateway never says what it is.`),
  inert('ServerSignature', anywhere('any'), 'TAKE1', `${handledElsewhere}the gateway never says what it is.`),
  inert(
    'HostnameLookups',
    configFiles,
    'TAKE1',
    `${handledElsewhere}names are looked up only where Require host asks for it.`,
  ),
  inert('UseCanonicalName', configFiles, 'TAKE1', `${handledElsewhere}redirects within the site carry no host name.`),
  inert('FileETag', anywhere('FileInfo'), 'RAW_ARGS', `${handledElsewhere}ETags of files are made of size and time.`),
  inert('EnableSendfile', anywhere('FileInfo'), 'TAKE1', `${handledElsewhere}a matter of the runtime.`),
  inert('EnableMMAP', anywhere('FileInfo'), 'TAKE1', `${handledElsewhere}a matter of the runtime.`),
  inert('Mutex', mainServer, 'ITERATE', `${handledElsewhere}the gateway needs no mutex.`),
  inert('PidFile', mainServer, 'TAKE1', `${handledElsewhere}the service manager knows the process.`),
  inert('DefaultRuntimeDir', mainServer, 'TAKE1', `${handledElsewhere}the gateway keeps nothing there.`),
  inert('TraceEnable', servers, 'TAKE1', `${handledElsewhere}TRACE is always refused.`),
  inert('ErrorLogFormat', servers, 'TAKE_ARGV', `${handledElsewhere}the log is structured.`),
  inert('MaxRequestWorkers', mainServer, 'TAKE1', `${handledElsewhere}there is one worker per core.`),
  inert('MaxConnectionsPerChild', mainServer, 'TAKE1', `${handledElsewhere}workers are not replaced by count.`),
  inert('ThreadsPerChild', mainServer, 'TAKE1', `${handledElsewhere}there is one worker per core.`),
  inert('ThreadLimit', mainServer, 'TAKE1', `${handledElsewhere}there is one worker per core.`),
  inert('StartServers', mainServer, 'TAKE1', `${handledElsewhere}there is one worker per core.`),
  inert('MinSpareThreads', mainServer, 'TAKE1', `${handledElsewhere}there is one worker per core.`),
  inert('MaxSpareThreads', mainServer, 'TAKE1', `${handledElsewhere}there is one worker per core.`),
]

export const coreModule: ModuleTable = {
  file: 'core.c',
  id: 'core_module',
  help: 'The server itself.',
  directives: [...coreDirectives, Define, UnDefine, Include, IncludeOptional, ServerRoot, ErrorDirective, ...inertCore],
}

export const User: Directive<readonly string[] | undefined> = inert(
  'User',
  mainServer,
  'TAKE1',
  `${handledElsewhere}the service manager starts the gateway as its user.`,
)
export const Group: Directive<readonly string[] | undefined> = inert(
  'Group',
  mainServer,
  'TAKE1',
  `${handledElsewhere}the service manager starts the gateway as its user.`,
)

export const unixdModule: ModuleTable = {
  file: 'mod_unixd.c',
  id: 'unixd_module',
  help: 'The process.',
  directives: [User, Group],
}

export const LoadModule: Directive<ReadonlyMap<string, string>> = keyed<string>({
  name: 'LoadModule',
  contexts: mainServer,
  takes: 'TAKE2',
  syntax: 'module path',
  read: ({ words }) => [words[0]?.text ?? '', words[1]?.text ?? ''],
  help: 'Says that a module is needed.',
  notes: 'The file is not opened: the modules named in this reference are part of the gateway.',
})

export const soModule: ModuleTable = {
  file: 'mod_so.c',
  id: 'so_module',
  help: 'Names of modules.',
  directives: [LoadModule],
}

export const DirectoryIndex: Directive<readonly string[]> = listed({
  name: 'DirectoryIndex',
  contexts: anywhere('Indexes'),
  takes: 'RAW_ARGS',
  syntax: 'disabled|name …',
  read: ({ words }) => words.map((word) => word.text),
  initial: ['index.html'],
  help: 'What is shown for a directory.',
})

export const dirModule: ModuleTable = {
  file: 'mod_dir.c',
  id: 'dir_module',
  help: 'What a directory shows.',
  directives: [DirectoryIndex],
}

export const SetEnv: Directive<ReadonlyMap<string, string>> = keyed<string>({
  name: 'SetEnv',
  contexts: anywhere('FileInfo'),
  takes: 'TAKE12',
  syntax: 'name [value]',
  read: ({ words }) => [words[0]?.text ?? '', words[1]?.text ?? ''],
  help: 'Sets a variable of a request that has been let in, for headers, logs and conditions. Require env sees SetEnvIf only.',
})

export const UnsetEnv: Directive<readonly string[]> = appended<string>({
  name: 'UnsetEnv',
  contexts: anywhere('FileInfo'),
  takes: 'TAKE1',
  syntax: 'name',
  read: text,
  help: 'Takes a variable of the request away again.',
})

export const envModule: ModuleTable = {
  file: 'mod_env.c',
  id: 'env_module',
  help: 'Variables of a request.',
  directives: [SetEnv, UnsetEnv],
}

export const KeptBodySize: Directive<number> = single({
  name: 'KeptBodySize',
  contexts: { server: false, vhost: false, section: true },
  takes: 'TAKE1',
  syntax: 'bytes',
  read: (use) => {
    const value = use.words[0]?.text ?? ''
    if (/^\d{1,12}$/.test(value)) return Number(value)
    return use.fail(
      {
        code: 'bad-value',
        message: 'KeptBodySize must be a size in bytes, or zero.',
        expected: 'a whole number',
        found: value,
      },
      use.words[0],
    )
  },
  initial: 0,
  help: 'How much of a body is kept for whoever asks twice.',
})

export const requestModule: ModuleTable = {
  file: 'mod_request.c',
  id: 'request_module',
  help: 'Bodies of requests.',
  directives: [KeptBodySize],
}
