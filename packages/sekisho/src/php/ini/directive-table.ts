/**
 * Every `session.*` directive of PHP: its value, its default, when it may be changed, and what it refuses. One entry each,
 * read by the functions, by the check of a configuration and by the reference page.
 *
 * @module
 */
import type { Directive, DirectiveName, DirectiveValues } from './directive.ts'
import { bool, count, deprecatedUnless, freeText, one } from './directive-kinds.ts'
import {
  cookieLifetime,
  handlerName,
  cookieAttribute,
  progressFrequency,
  sameSite,
  savePath,
  sessionName,
  sidShape,
} from './directive-rules.ts'

const anytime = { atRuntime: true }
const atTheStart = { atRuntime: false }

/** All directives, in PHP's order. */
export const directives: { readonly [N in DirectiveName]: Directive<DirectiveValues[N]> } = {
  'session.save_path': {
    ...anytime,
    safe: '',
    kind: savePath,
    meaning:
      "The argument of the save handler; for `files`, `[depth;[mode;]]path`, and empty is the system's folder for temporary files.",
  },
  'session.name': {
    ...anytime,
    safe: 'PHPSESSID',
    kind: sessionName,
    meaning: 'The name of the cookie, and of the field in a URL or a form.',
  },
  'session.save_handler': {
    ...anytime,
    safe: 'files',
    kind: handlerName,
    meaning: 'Where sessions are kept: the name of a module, `files` or `redis` or one that the application has added.',
  },
  'session.auto_start': {
    ...atTheStart,
    safe: false,
    kind: bool,
    meaning: 'Whether a session starts before the handler runs.',
  },
  'session.gc_probability': {
    ...anytime,
    safe: 1,
    kind: count({ least: 0, refused: 'session.gc_probability must be greater than or equal to 0' }),
    meaning:
      'With `session.gc_divisor`, how often a start sweeps: `gc_probability` of `gc_divisor` starts do. 0: never.',
  },
  'session.gc_divisor': {
    ...anytime,
    safe: 100,
    kind: count({ least: 1, refused: 'session.gc_divisor must be greater than 0' }),
    meaning: 'See `session.gc_probability`.',
  },
  'session.gc_maxlifetime': {
    ...anytime,
    safe: 1440,
    kind: count({}),
    meaning: 'Seconds after which an unused session is garbage.',
  },
  'session.serialize_handler': {
    ...anytime,
    safe: 'php',
    kind: one(['php', 'php_binary', 'php_serialize']),
    meaning: 'The format of stored sessions.',
  },
  'session.cookie_lifetime': {
    ...anytime,
    safe: 0,
    kind: cookieLifetime,
    meaning:
      'Seconds for which the browser keeps the cookie; 0: until it is closed. Not extended while the session is used.',
  },
  'session.cookie_path': {
    ...anytime,
    safe: '/',
    kind: cookieAttribute,
    meaning: 'The Path of the cookie; empty: none.',
  },
  'session.cookie_domain': {
    ...anytime,
    safe: '',
    kind: cookieAttribute,
    meaning: 'The Domain of the cookie; empty: none, so that the cookie goes to this host alone.',
  },
  'session.cookie_secure': {
    ...anytime,
    safe: false,
    kind: bool,
    meaning: 'Whether the cookie is sent over https only.',
  },
  'session.cookie_partitioned': {
    ...anytime,
    safe: false,
    since: 805,
    kind: bool,
    meaning: 'Whether a page in a frame has a cookie per embedding site; needs `session.cookie_secure`.',
  },
  'session.cookie_httponly': {
    ...anytime,
    safe: true,
    classic: false,
    kind: bool,
    meaning: 'Whether the cookie is kept from scripts.',
  },
  'session.cookie_samesite': {
    ...anytime,
    safe: 'Lax',
    classic: '',
    kind: sameSite,
    meaning: 'The SameSite of the cookie; empty: none. PHP takes any text.',
  },
  'session.use_cookies': {
    ...anytime,
    safe: true,
    kind: bool,
    meaning: 'Whether a cookie is read and sent.',
  },
  'session.use_only_cookies': {
    ...anytime,
    safe: true,
    kind: deprecatedUnless(bool, true, 'Disabling session.use_only_cookies INI setting is deprecated'),
    meaning: 'Whether ids in URLs and forms are ignored.',
  },
  'session.use_strict_mode': {
    ...anytime,
    safe: true,
    classic: false,
    kind: bool,
    meaning: 'Whether an id that no session has is replaced by a new one.',
  },
  'session.referer_check': {
    ...anytime,
    safe: '',
    kind: deprecatedUnless(freeText, '', 'Usage of session.referer_check INI setting is deprecated'),
    meaning: 'Without `session.use_only_cookies`: a text that a Referer must contain for the id to count.',
  },
  'session.cache_limiter': {
    ...anytime,
    safe: 'nocache',
    kind: freeText,
    meaning:
      'The caching headers of a start: `nocache`, `private`, `private_no_expire` or `public`; anything else: none.',
  },
  'session.cache_expire': {
    ...anytime,
    safe: 180,
    kind: count({}),
    meaning: 'Minutes for which `session.cache_limiter` allows caching; without effect on `nocache`.',
  },
  'session.use_trans_sid': {
    ...anytime,
    safe: false,
    kind: deprecatedUnless(bool, false, 'Enabling session.use_trans_sid INI setting is deprecated'),
    meaning:
      'Without `session.use_only_cookies`: whether the id is written into links and forms for browsers without cookies.',
  },
  'session.trans_sid_tags': {
    ...anytime,
    safe: 'a=href,area=href,frame=src,form=',
    kind: deprecatedUnless(
      freeText,
      'a=href,area=href,frame=src,form=',
      'Usage of session.trans_sid_tags INI setting is deprecated',
    ),
    meaning: 'What `session.use_trans_sid` rewrites.',
  },
  'session.trans_sid_hosts': {
    ...anytime,
    safe: '',
    kind: deprecatedUnless(freeText, '', 'Usage of session.trans_sid_hosts INI setting is deprecated'),
    meaning: 'The hosts to which absolute links may carry the id, separated by commas.',
  },
  'session.sid_length': {
    ...anytime,
    safe: 32,
    kind: deprecatedUnless(sidShape(22, 256), 32, 'session.sid_length INI setting is deprecated'),
    meaning: 'The characters of a new id.',
  },
  'session.sid_bits_per_character': {
    ...anytime,
    safe: 4,
    kind: deprecatedUnless(sidShape(4, 6), 4, 'session.sid_bits_per_character INI setting is deprecated'),
    meaning: 'The random bits in each character of a new id: 4 (`0-9a-f`), 5 (`0-9a-v`) or 6 (`0-9a-zA-Z,-`).',
  },
  'session.lazy_write': {
    ...anytime,
    safe: true,
    kind: bool,
    meaning: 'Whether an unchanged session is only marked as used.',
  },
  'session.upload_progress.enabled': {
    ...atTheStart,
    safe: false,
    kind: bool,
    meaning: 'Whether the progress of uploads is kept in the session.',
  },
  'session.upload_progress.cleanup': {
    ...atTheStart,
    safe: true,
    kind: bool,
    meaning: 'Whether the entry goes when the upload has been read.',
  },
  'session.upload_progress.prefix': {
    ...atTheStart,
    safe: 'upload_progress_',
    kind: freeText,
    meaning: 'What the key of the entry begins with.',
  },
  'session.upload_progress.name': {
    ...atTheStart,
    safe: 'PHP_SESSION_UPLOAD_PROGRESS',
    kind: freeText,
    meaning: 'The form field, before the files, whose value ends the key.',
  },
  'session.upload_progress.freq': {
    ...atTheStart,
    safe: '1%',
    kind: progressFrequency,
    meaning: 'How often the entry is renewed: after so many bytes, or so many hundredths of the body.',
  },
  'session.upload_progress.min_freq': {
    ...atTheStart,
    safe: 1,
    kind: count({ isFraction: true }),
    meaning: 'Seconds at least between two renewals.',
  },
}

/** Whether this is a directive of the session extension. */
export function isDirective(name: string): name is DirectiveName {
  return Object.hasOwn(directives, name)
}
