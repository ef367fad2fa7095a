import type { After } from '../domain/after.ts'

/** By the timers of the process. */
export const after: After = (delayMs, run) => {
  if (delayMs <= 0) {
    run()
    return () => {}
  }
  const timer = setTimeout(run, Math.ceil(delayMs))
  return () => clearTimeout(timer)
}
