/**
 * What is known of a `session.*` directive of PHP, and which there are, by the types of their values.
 *
 * @module
 */
import type { DirectiveKind } from './directive-kinds.ts'

/** The directives whose values are texts. */
export type TextDirective =
  | 'session.save_path'
  | 'session.name'
  | 'session.save_handler'
  | 'session.serialize_handler'
  | 'session.cookie_path'
  | 'session.cookie_domain'
  | 'session.cookie_samesite'
  | 'session.referer_check'
  | 'session.cache_limiter'
  | 'session.trans_sid_tags'
  | 'session.trans_sid_hosts'
  | 'session.upload_progress.prefix'
  | 'session.upload_progress.name'
  | 'session.upload_progress.freq'

/** The directives whose values are numbers. */
export type NumberDirective =
  | 'session.gc_probability'
  | 'session.gc_divisor'
  | 'session.gc_maxlifetime'
  | 'session.cookie_lifetime'
  | 'session.cache_expire'
  | 'session.sid_length'
  | 'session.sid_bits_per_character'
  | 'session.upload_progress.min_freq'

/** The directives that are on or off. */
export type SwitchDirective =
  | 'session.auto_start'
  | 'session.cookie_secure'
  | 'session.cookie_partitioned'
  | 'session.cookie_httponly'
  | 'session.use_cookies'
  | 'session.use_only_cookies'
  | 'session.use_strict_mode'
  | 'session.use_trans_sid'
  | 'session.lazy_write'
  | 'session.upload_progress.enabled'
  | 'session.upload_progress.cleanup'

/** The directives and the types of their values. */
export type DirectiveValues = Readonly<
  Record<TextDirective, string> & Record<NumberDirective, number> & Record<SwitchDirective, boolean>
>

/** The name of a directive. */
export type DirectiveName = keyof DirectiveValues

/** What is known of a directive. */
export interface Directive<T = unknown> {
  /** The default of PHP 8.6, and ours. */
  readonly safe: T
  /** The default of PHP 8.2 to 8.5, where it is another. */
  readonly classic?: T
  /** Whether a request may change it while it runs. */
  readonly atRuntime: boolean
  /** The first version of PHP that has it, times 100. */
  readonly since?: number
  /** How a value is read, and what is refused. */
  readonly kind: DirectiveKind<T>
  /** One sentence for the reference. */
  readonly meaning: string
}
