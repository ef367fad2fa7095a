/** A mistake that a colleague might make one day, planted to see whether the tests notice. */
export interface Bug {
  readonly name: string
  /** Where the text stands. A file that has moved since is found again, if the text stands in one file only. */
  readonly file: string
  /** The function, class or constant in which the text stands, where the file has the same text elsewhere too. */
  readonly inside?: string
  /** Text that stands there exactly once, however it is broken into lines, and what the bug makes of it. */
  readonly find: string | RegExp
  readonly replace: string
  /** Test files of which at least one must go red. */
  readonly tests: readonly string[]
}
