/** One part of a command. */
export type Argument = string | Uint8Array

/** The name of a command in lower case, as all clients know it, and what follows. */
export type Command = readonly [name: string, ...rest: Argument[]]

/** One server that takes writes. */
export interface Master {
  /** Sends a command to this very server. */
  run(command: Command): Promise<unknown>
}

/** What the store needs of a client. Strings of the server come as bytes, or as text where a client insists. */
export interface Link {
  /** Sends a command to the master that has this key. */
  run(key: string, command: Command): Promise<unknown>
  /** Runs a script that the master may know by its SHA-1, on this key: what nearly every call is, and so without detours. */
  runScript(sha: string, key: string, args: readonly Argument[]): Promise<unknown>
  /** Sends two commands to the master that has this key, one right after the other over one connection. */
  runPair(key: string, first: Command, second: Command): Promise<readonly [unknown, unknown]>
  /** Every master of a cluster, in no order; `undefined` where there is only one server at a time. */
  readonly masters: (() => Promise<readonly Master[]>) | undefined
}
