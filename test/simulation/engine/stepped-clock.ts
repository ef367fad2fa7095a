import type { ClockStep } from '../scenario/hazards.ts'

/** A clock that stands off from the true time by every step that it has made so far. */
export const createSteppedClock =
  (trueNow: () => number, startMs: number, steps: readonly ClockStep[]) => (): number => {
    const nowMs = trueNow()
    return steps.reduce((shown, { atMs, byMs }) => (startMs + atMs <= nowMs ? shown + byMs : shown), nowMs)
  }
