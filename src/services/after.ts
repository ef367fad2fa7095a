/** Runs something later; at once, within the call, where there is nothing to wait for. @returns how to call it off. */
export type After = (delayMs: number, run: () => void) => () => void

/** By the timers of the process. */
export const after: After = (delayMs, run) => {
  if (delayMs <= 0) {
    run()
    return () => {}
  }
  const timer = setTimeout(run, Math.ceil(delayMs))
  return () => clearTimeout(timer)
}
