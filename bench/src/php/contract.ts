/** How much is measured. */
export interface PhpSettings {
  readonly rounds: number
  /** Whether only is to be seen that it works. */
  readonly quick: boolean
  /** Says what is being done. */
  tell(line: string): void
}
