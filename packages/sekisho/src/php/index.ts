/**
 * Sessions as PHP keeps them: the formats `php`, `php_binary` and `php_serialize`, the session functions, and links with the id
 * in them.
 *
 * @module
 */
export { PhpDecodeError, PhpEncodeError } from './format/errors.ts'
export type { PhpLimits } from './format/limits.ts'
export { serialize, unserialize } from './format/serialize.ts'
export { decodeVars, encodeVars, type PhpEncodeOptions, type PhpFormat, type PhpWriteOptions } from './format/vars.ts'
export type { LinkRewriterOptions } from './trans-sid/contract.ts'
export { LinkRewriter, linkRewriterStream, rewriteAddress } from './trans-sid/link-rewriter.ts'
export { headersOfBody, isPage, type PageHeaders } from './trans-sid/page-kind.ts'
export type { PhpKey } from './value/keys.ts'
export { type PhpMap, PhpReference } from './value/php-map.ts'
export { PhpBytes, PhpFloat } from './value/scalars.ts'
export { toJs } from './value/to-js.ts'
export { toPhp } from './value/to-php.ts'
export { PhpArray, PhpCustom, PhpEnum, PhpObject, type PhpValue } from './value/value.ts'
export {
  phpRedisRows,
  redis,
  type PhpRedisOptions,
  type PhpRedisRowsOptions,
  type RedisHandlerOptions,
} from './redis.ts'
export { sharedWithPhp, type PhpSharing, type PhpSharingOptions, type PrincipalVariable } from './sharing.ts'
export { RecordedAnswer, type CookieParams, type PhpAnswer } from './functions/answer.ts'
export type { ShutdownWork } from './functions/calls.ts'
export type { SessionStatus, Surroundings } from './functions/context.ts'
export { createPhpSession, definePhpSessions, type PhpSessionOptions, type PhpSessions } from './functions/create.ts'
export { noticeText, type NoticeCode, type NoticeLevel, type PhpNotice } from './functions/notices.ts'
export { PhpSession, type CookieArguments, type DestroyOptions } from './functions/php-session.ts'
export type { PhpRequest } from './functions/request.ts'
export { createSessionId } from './functions/session-id.ts'
export type { StartOptions } from './functions/start.ts'
export type { SaveHandlerCallbacks, UserSaveHandler } from './functions/user-handler.ts'
export type { SessionVariables } from './functions/vars.ts'
export {
  SaveHandlerFailure,
  type Awaitable,
  type IniView,
  type SaveHandler,
  type SaveHandlerModule,
} from './handler/contract.ts'
export { MemorySessions, memorySessions, type MemoryRecord, type MemorySessionsOptions } from './handler/memory.ts'
export type { IniInput } from './ini/directive-kinds.ts'
export type {
  Directive,
  DirectiveName,
  DirectiveValues,
  NumberDirective,
  SwitchDirective,
  TextDirective,
} from './ini/directive.ts'
export { directives } from './ini/directive-table.ts'
export type { IniProblem, PhpBehaviour, PhpIni, PhpPreset, ResolvedIni } from './ini/settings.ts'
