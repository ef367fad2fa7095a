/** The time in milliseconds since the Unix epoch. An argument everywhere, so that tests decide what time it is. */
export type Clock = () => number

/** The earliest of some moments; null when one is not known, since that one may be the earliest. */
export function earliest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null)
  return known.length > 0 && known.length === moments.length ? Math.min(...known) : null
}

/** Runs something later; at once, within the call, when the delay is 0 or less. @returns a function that cancels it. */
export type Schedule = (delayMs: number, run: () => void) => () => void
