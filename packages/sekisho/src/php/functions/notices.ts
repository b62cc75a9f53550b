/**
 * What PHP would have said: every notice, warning and deprecation of the session functions, in PHP's words.
 *
 * @module
 */

/** How grave PHP takes it. */
export type NoticeLevel = 'notice' | 'warning' | 'deprecated'

/** What a notice is about. */
export type NoticeCode =
  | 'already-active'
  | 'start-after-headers'
  | 'option-failed'
  | 'no-module'
  | 'no-serializer'
  | 'open-failed'
  | 'read-failed'
  | 'decode-failed'
  | 'decode-refused'
  | 'record-kept'
  | 'encode-nothing'
  | 'encode-failed'
  | 'key-skipped'
  | 'write-failed'
  | 'user-write-failed'
  | 'changed-late'
  | 'handler-said'
  | 'handler-result'
  | 'recursion'
  | 'destroy-inactive'
  | 'destroy-failed'
  | 'regenerate-inactive'
  | 'regenerate-after-headers'
  | 'regenerate-destroy-failed'
  | 'regenerate-write-failed'
  | 'decode-inactive'
  | 'gc-inactive'
  | 'create-id-prefix'
  | 'create-id-failed'
  | 'cookie-after-headers'
  | 'cookie-partitioned'
  | 'cookie-name'
  | 'limiter-after-headers'
  | 'name-active'
  | 'name-sent'
  | 'id-active'
  | 'id-sent'
  | 'module-active'
  | 'module-sent'
  | 'module-missing'
  | 'handler-active'
  | 'handler-sent'
  | 'callbacks-deprecated'
  | 'path-active'
  | 'path-sent'
  | 'limiter-active'
  | 'limiter-sent'
  | 'expire-active'
  | 'expire-sent'
  | 'params-active'
  | 'params-sent'
  | 'params-without-cookies'
  | 'params-key'
  | 'ini-active'
  | 'ini-sent'
  | 'ini-refused'
  | 'ini-deprecated'
  | 'old-id'

/** Something PHP would have written to its log. */
export interface PhpNotice {
  /** How grave it is. */
  readonly level: NoticeLevel
  /** What it is about, for programs: a name that does not change. */
  readonly code: NoticeCode
  /** The function that was called, under PHP's name. */
  readonly function: string
  /** PHP's words, without the name of the function. They never hold an id. */
  readonly message: string
}

/** Whatever the texts below are made from. */
type Words = readonly string[]

interface NoticeEntry {
  readonly level?: NoticeLevel
  text(...words: Words): string
}

const entry = (text: (...words: Words) => string, level?: NoticeLevel): NoticeEntry =>
  level === undefined ? { text } : { level, text }
const active = (what: string): NoticeEntry => entry(() => `${what} cannot be changed when a session is active`)
const sent = (what: string): NoticeEntry =>
  entry(() => `${what} cannot be changed after headers have already been sent`)
const inactive = (what: string): NoticeEntry => entry(() => `${what} when there is no active session`)

const table: Readonly<Record<NoticeCode, NoticeEntry>> = {
  'already-active': entry(() => 'Ignoring session_start() because a session is already active', 'notice'),
  'start-after-headers': entry(() => 'Session cannot be started after headers have already been sent'),
  'option-failed': entry((option) => `Setting option "${option}" failed`),
  'no-module': entry((name) => `Cannot find session save handler "${name}" - session startup failed`),
  'no-serializer': entry((name) => `Cannot find session serialization handler "${name}" - session startup failed`),
  'open-failed': entry((module, path) => `Failed to initialize storage module: ${module} (path: ${path})`),
  'read-failed': entry((module, path) => `Failed to read session data: ${module} (path: ${path})`),
  'decode-failed': entry(() => 'Failed to decode session object. Session has been destroyed'),
  'decode-refused': entry(() => 'Failed to decode session object. The session is as it was'),
  'record-kept': entry(() => 'Failed to decode session object. It was kept, and a new session begun in its place'),
  'encode-nothing': entry(() => 'Cannot encode non-existent session'),
  'encode-failed': entry((reason) => `Failed to write session data. ${reason}`),
  'key-skipped': entry((key) => `Skipping numeric key ${key}`),
  'write-failed': entry(
    (module, path) =>
      `Failed to write session data (${module}). Please verify that the current setting of session.save_path is correct (${path})`,
  ),
  'user-write-failed': entry(
    (verb, path) =>
      `Failed to write session data using user defined save handler. (session.save_path: ${path}, handler: ${verb})`,
  ),
  'changed-late': entry(
    () =>
      'The client had left, and the session was written before this request was done; what it changed later is lost',
  ),
  'handler-said': entry((reason) => reason ?? ''),
  'handler-result': entry(() => 'Session callback must have a return value of type bool, int returned', 'deprecated'),
  recursion: entry(() => 'Cannot call session save handler in a recursive manner'),
  'destroy-inactive': entry(() => 'Trying to destroy uninitialized session'),
  'destroy-failed': entry(() => 'Session object destruction failed'),
  'regenerate-inactive': inactive('Session ID cannot be regenerated'),
  'regenerate-after-headers': entry(() => 'Session ID cannot be regenerated after headers have already been sent'),
  'regenerate-destroy-failed': entry(
    (module, path) => `Session object destruction failed. ID: ${module} (path: ${path})`,
  ),
  'regenerate-write-failed': entry((module, path) => `Session write failed. ID: ${module} (path: ${path})`),
  'decode-inactive': inactive('Session data cannot be decoded'),
  'gc-inactive': inactive('Session cannot be garbage collected'),
  'create-id-prefix': entry(
    () => 'Prefix cannot contain special characters. Only the A-Z, a-z, 0-9, "-", and "," characters are allowed',
  ),
  'create-id-failed': entry(() => 'Failed to create new ID'),
  'cookie-after-headers': entry(() => 'Session cookie cannot be sent after headers have already been sent'),
  'cookie-partitioned': entry(() => 'Partitioned session cookie cannot be used without also configuring it as secure'),
  'cookie-name': entry((text) => text ?? ''),
  'limiter-after-headers': entry(() => 'Session cache limiter cannot be sent after headers have already been sent'),
  'name-active': active('Session name'),
  'name-sent': sent('Session name'),
  'id-active': active('Session ID'),
  'id-sent': sent('Session ID'),
  'module-active': active('Session save handler module'),
  'module-sent': sent('Session save handler module'),
  'module-missing': entry((name) => `Session handler module "${name}" cannot be found`),
  'handler-active': active('Session save handler'),
  'handler-sent': sent('Session save handler'),
  'callbacks-deprecated': entry(
    () => 'Providing individual callbacks instead of an object implementing SessionHandlerInterface is deprecated',
    'deprecated',
  ),
  'path-active': active('Session save path'),
  'path-sent': sent('Session save path'),
  'limiter-active': active('Session cache limiter'),
  'limiter-sent': sent('Session cache limiter'),
  'expire-active': active('Session cache expiration'),
  'expire-sent': sent('Session cache expiration'),
  'params-active': active('Session cookie parameters'),
  'params-sent': sent('Session cookie parameters'),
  'params-without-cookies': entry(() => 'Session cookies cannot be used when session.use_cookies is disabled'),
  'params-key': entry((key) => `Argument #1 ($lifetime_or_options) contains an unrecognized key "${key}"`),
  'ini-active': active('Session ini settings'),
  'ini-sent': sent('Session ini settings'),
  'ini-refused': entry((text) => text ?? ''),
  'ini-deprecated': entry((text) => text ?? '', 'deprecated'),
  'old-id': entry(() => 'Session ID was replaced by another too long ago'),
}

/** Makes a notice. @param functionName The PHP function that was called. */
export function noticeOf(code: NoticeCode, functionName: string, ...words: Words): PhpNotice {
  const { level = 'warning', text }: NoticeEntry = table[code]
  return { level, code, function: functionName, message: text(...words) }
}

const labels: Readonly<Record<NoticeLevel, string>> = { notice: 'Notice', warning: 'Warning', deprecated: 'Deprecated' }

/** A notice as PHP's log has it: `Warning: session_start(): …`. */
export function noticeText({ level, function: name, message }: PhpNotice): string {
  return `${labels[level]}: ${name}(): ${message}`
}
