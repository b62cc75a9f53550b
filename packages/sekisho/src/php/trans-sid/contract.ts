/** What a rewriter puts into links and forms, and where. */
export interface LinkRewriterOptions {
  /** Names and values to be carried: the name of the session and its id, or those of `output_add_rewrite_var`. */
  readonly variables: readonly (readonly [name: string, value: string])[]
  /**
   * Elements and the attribute of each that holds an address, as `session.trans_sid_tags` and `url_rewriter.tags` have them
   * (default `a=href,area=href,frame=src,form=`). A form gets hidden fields.
   */
  readonly tags?: string
  /** Hosts whose addresses get the variables, separated by commas (`session.trans_sid_hosts`; default none). */
  readonly hosts?: string
  /** The `Host` of the request: without `hosts`, a form that names this one gets its hidden fields. */
  readonly host?: string | undefined
  /** What stands between the variables of an address (`arg_separator.output`; default `&`). */
  readonly separator?: string
  /**
   * Exactly what PHP does, its mistakes included (default false). Otherwise pages are read as browsers read them: see
   * docs/guide/php/trans-sid.md for the differences.
   */
  readonly isClassic?: boolean
  /** A tag, or a part of one in classic mode, that has more octets is left as it is (default 65,536). */
  readonly maxTag?: number
}

/** {@link LinkRewriterOptions} made ready. */
export interface RewriteRules {
  /** By the name of an element in lower case: the attribute to be rewritten, in lower case. */
  readonly tags: ReadonlyMap<string, string>
  /** In lower case. */
  readonly hosts: ReadonlySet<string>
  /** The host of the request without a port, in lower case. */
  readonly ownHost: string | undefined
  readonly separator: string
  readonly maxTag: number
  /** `name=value`, joined by the separator; empty when there is nothing to be carried. */
  query: string
  /** The hidden fields. */
  fields: string
  /** The names as they are in {@link RewriteRules.query}. */
  names: readonly string[]
}

/** Finds what is to be rewritten. It is given a page piece by piece, one character for each octet. */
export interface Scanner {
  /** @returns What is settled so far, rewritten. */
  push(text: string): string
  /** @returns The rest, as it came. */
  end(): string
}
