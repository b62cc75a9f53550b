import { anywhere } from '../contexts.ts'
import { appended, type Directive, listed, type ModuleTable, optional, single } from '../directive.ts'
import { duration, flag, headerName, oneOf, path, text, wholeNumber } from '../readers.ts'
import type { Reader } from '../directive.ts'

const contexts = anywhere('AuthConfig')

export const Session: Directive<boolean> = single({
  name: 'Session',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: false,
  help: 'Enables a session for the directory or location.',
})

export const SessionMaxAge: Directive<number> = single({
  name: 'SessionMaxAge',
  contexts,
  takes: 'TAKE1',
  syntax: 'seconds',
  read: wholeNumber({ unit: 'seconds', most: 10 * 365 * 86_400 }),
  initial: 0,
  help: 'length of time for which a session should be valid. Zero to disable',
})

export const SessionHeader: Directive<string | undefined> = optional({
  name: 'SessionHeader',
  contexts,
  takes: 'TAKE1',
  syntax: 'header',
  read: headerName,
  help: 'output header, if present, whose contents will be injected into the session.',
  notes:
    'What a client sends in this header is dropped. The app receives the id of the session in it, and the client never sees ' +
    'it. `X-Signed-Session` carries `id.seconds.signature`, the signature made with the key ring of the gateway. ' +
    '`X-Renew-Session` in an answer renews the session (`1`, `true`, `renew`) or ends it (`destroy`); a form-encoded value ' +
    'is merged into the session.',
})

export const SessionEnv: Directive<boolean> = single({
  name: 'SessionEnv',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: false,
  help: 'Passes the contents of the session to the app, in the header Session.',
  notes:
    'The app finds them as HTTP_SESSION in the environment of CGI, WSGI and PHP; in the configuration they are %{HTTP_SESSION}e. ' +
    'The header that SessionHeader names carries them too, in the place of the id.',
})

export const SessionEnvFormat: Directive<'form' | 'json'> = single({
  name: 'SessionEnvFormat',
  contexts,
  takes: 'TAKE1',
  syntax: 'form|json',
  read: oneOf(['form', 'json']),
  initial: 'form',
  help: 'How SessionEnv writes the contents of the session.',
  notes:
    '`form` is what Apache writes: `cart=green+tea&expiry=1795286717556000`. `json` is an object of texts, in ASCII: ' +
    '`{"cart":"green tea","expiry":"1795286717556000"}`. In the answer an app may write either, whatever is set here.',
  origin: 'sekisho',
})

export const SessionInclude: Directive<readonly string[]> = appended({
  name: 'SessionInclude',
  contexts,
  takes: 'TAKE1',
  syntax: 'path-prefix',
  read: text,
  help: 'URL prefixes to include in the session. Defaults to all URLs',
})

export const SessionExclude: Directive<readonly string[]> = appended({
  name: 'SessionExclude',
  contexts,
  takes: 'TAKE1',
  syntax: 'path-prefix',
  read: text,
  help: 'URL prefixes to exclude from the session. Defaults to no URLs',
})

export const SessionExpiryUpdateInterval: Directive<number | undefined> = optional({
  name: 'SessionExpiryUpdateInterval',
  contexts,
  takes: 'TAKE1',
  syntax: 'seconds',
  read(use) {
    const [word] = use.words
    const value = word?.text ?? ''
    if (/^\+?\d{1,9}$/.test(value)) return Number(value)
    const message = 'SessionExpiryUpdateInterval must be zero (disable) or a positive value'
    return use.fail({ code: 'bad-value', message, expected: 'a whole number of seconds', found: value }, word)
  },
  help: 'How stale the stored expiry of a session may become before a mere reading writes it anew.',
  notes: 'Not set: 0, or the smaller of 60 s and a tenth of the lifetime where SessionTimeout sets it.',
})

export const stores: readonly ['cookie', 'file', 'dbd', 'redis', 'memory'] = [
  'cookie',
  'file',
  'dbd',
  'redis',
  'memory',
]

/** Where sessions are kept. */
export type StoreName = (typeof stores)[number]

export const SessionStore: Directive<StoreName | undefined> = optional({
  name: 'SessionStore',
  contexts,
  takes: 'TAKE1',
  syntax: 'cookie|file|dbd|redis|memory',
  read(use) {
    const { words } = use
    if (words[0]?.text.toLowerCase() !== 'sqlite')
      return oneOf(stores, { message: `SessionStore must be one of ${stores.join(', ')}` })(use)
    const fix = 'write "SessionStore dbd" and "DBDriver sqlite3"'
    return use.fail(
      {
        code: 'bad-value',
        message: `SessionStore must be one of ${stores.join(', ')}`,
        expected: stores.join(', '),
        found: 'sqlite',
        fix,
      },
      words[0],
    )
  },
  help: 'Where sessions are kept.',
  notes:
    'Not set: `cookie` where SessionCookieName is set, `dbd` where SessionDBDCookieName or SessionDBDPerUser is set, otherwise `file`.',
  origin: 'document',
})

export const SessionStoreFileName: Directive<string | undefined> = optional({
  name: 'SessionStoreFileName',
  contexts,
  takes: 'TAKE1',
  syntax: 'path',
  read: storeFileName,
  help: 'The file of a session; %{SESSIONID} stands for its id, %{SESSIONID:0:2} for the first two characters.',
  notes:
    'A relative path belongs to the server root. The file is made with mode 0600 and never outside of its directory.',
  origin: 'document',
})

export const SessionTimeout: Directive<number | undefined> = optional({
  name: 'SessionTimeout',
  contexts,
  takes: 'TAKE1',
  syntax: 'seconds',
  read: duration(1, 'SessionTimeout must be a number of seconds of at least 1'),
  help: 'How long a session lives without a request; afterwards it is removed from the server.',
  notes: 'Every request starts the time anew. With SessionMaxAge too, the smaller one governs.',
  origin: 'document',
})

export const SessionAutoStart: Directive<boolean | undefined> = optional({
  name: 'SessionAutoStart',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  help: 'Gives every visitor a session, and with it a cookie, on the first request.',
  notes:
    'Not set: On where a directive that the real server lacks is used or the cookie carries an id, Off with SessionCompat apache.',
  origin: 'sekisho',
})

export const SessionCompat: Directive<'apache' | 'sekisho'> = single({
  name: 'SessionCompat',
  contexts,
  takes: 'TAKE1',
  syntax: 'apache|sekisho',
  read: oneOf(['apache', 'sekisho']),
  initial: 'sekisho',
  help: 'With apache, a session begins only when something is written into it, as in the real server.',
  origin: 'sekisho',
})

export const SessionLoginKeep: Directive<readonly string[]> = listed({
  name: 'SessionLoginKeep',
  contexts,
  takes: 'ITERATE',
  syntax: 'None | key [key …]',
  read: ({ words }) => words.map(({ text: key }) => key).filter((key) => key.toLowerCase() !== 'none'),
  initial: ['cart', 'lang', 'language'],
  help: 'What of the session of an anonymous visitor survives the login.',
  notes:
    'Everything else is dropped: somebody may have planted a session of his own in the browser of another, and what he knows of it, ' +
    'such as a token of a form, must not belong to the login. Name keys that do no harm in such hands. Of the session of ' +
    'another user nothing survives.',
  origin: 'sekisho',
})

export const SessionRedisURL: Directive<string | undefined> = optional({
  name: 'SessionRedisURL',
  contexts: { server: true, vhost: true, section: false },
  takes: 'TAKE1',
  syntax: 'redis://host:port/database',
  read(use) {
    const [word] = use.words
    const value = word?.text ?? ''
    if (/^(?:rediss?:\/\/|unix:\/)\S+$/.test(value) && (value.startsWith('unix:') || URL.canParse(value))) return value
    return use.fail(
      {
        code: 'bad-value',
        message: 'SessionRedisURL must be a URL of Redis',
        expected: 'redis://, rediss:// or unix:/',
        found: 'something else',
      },
      word,
    )
  },
  help: 'The server of SessionStore redis.',
  origin: 'sekisho',
})

export const SessionURLParameter: Directive<string | undefined> = optional<string>({
  name: 'SessionURLParameter',
  contexts,
  takes: 'TAKE1',
  syntax: 'name',
  read: (use) =>
    use.fail({
      code: 'refused-directive',
      message:
        'A session cannot be carried in a URL parameter: the URL ends up in histories, logs and Referer headers, and who has it is logged in',
      fix: 'remove the line; the session travels in a cookie, or in the header that SessionHeader names',
    }),
  help: 'Refused: a URL is no place for what proves who somebody is.',
  origin: 'document',
})

/** The path must lead to one file per session: the whole id occurs exactly once, and not in the directory of another. */
function storeFileName(use: Parameters<Reader<string>>[0]): string | undefined {
  const [word] = use.words
  const name = word?.text ?? ''
  const whole = name.split('%{SESSIONID}').length - 1
  if (whole !== 1)
    return use.fail(
      {
        code: 'bad-value',
        message: 'SessionStoreFileName must contain %{SESSIONID}',
        expected: '%{SESSIONID} exactly once',
        found: name,
        fix: 'write for example /var/lib/sekisho/%{SESSIONID}.session',
      },
      word,
    )
  const unknown = name.replaceAll(/%\{SESSIONID(?::\d+:[1-9]\d*)?\}/g, '').indexOf('%{')
  if (unknown === -1) return path(use)
  return use.fail(
    {
      code: 'bad-value',
      message: 'SessionStoreFileName knows %{SESSIONID} and %{SESSIONID:start:length} only',
      found: name,
    },
    word,
  )
}

export const sessionModule: ModuleTable = {
  file: 'mod_session.c',
  id: 'session_module',
  help: 'Sessions.',
  directives: [
    Session,
    SessionMaxAge,
    SessionHeader,
    SessionEnv,
    SessionEnvFormat,
    SessionInclude,
    SessionExclude,
    SessionExpiryUpdateInterval,
    SessionStore,
    SessionStoreFileName,
    SessionTimeout,
    SessionAutoStart,
    SessionCompat,
    SessionLoginKeep,
    SessionRedisURL,
    SessionURLParameter,
  ],
}
