/** Compares passwords with stored ones: the work that logins cost. */
export interface Hasher {
  /** True when the next comparison would be refused with `NoTurnError`. */
  readonly isFull: boolean
  /**
   * Compares, when its turn has come.
   *
   * @param stored As the file has it; of a kind that `readStoredPassword` reads.
   * @param password Its octets. They are the caller's to wipe.
   * @throws NoTurnError when too many wait.
   */
  matches(stored: string, password: Buffer): Promise<boolean>
  /** Ends what runs. */
  close(): Promise<void>
}
