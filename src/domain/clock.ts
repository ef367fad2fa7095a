/** The present moment in milliseconds since the Unix epoch. An argument everywhere, so that tests own time. */
export type Clock = () => number

/** The earliest of some moments; null where one of them is not known, since that one may be the earliest. */
export function earliest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null)
  return known.length > 0 && known.length === moments.length ? Math.min(...known) : null
}

/** Runs something later; at once, within the call, where there is nothing to wait for. @returns how to call it off. */
export type Schedule = (delayMs: number, run: () => void) => () => void

/** By the timers of the process. */
export const schedule: Schedule = (delayMs, run) => {
  if (delayMs <= 0) {
    run()
    return () => {}
  }
  const timer = setTimeout(run, Math.ceil(delayMs))
  return () => clearTimeout(timer)
}
