/** A bug that somebody might write one day, planted to see whether the tests would notice. */
export interface Bug {
  readonly name: string
  readonly file: string
  /** Text that stands in the file exactly once, and what the bug makes of it. */
  readonly find: string
  readonly replace: string
  /** Test files of which at least one must go red. */
  readonly tests: readonly string[]
}
