/** The margin of the exact bucket, and more of it for a while after BigCommerce has turned a charge away. */
export interface CautiousMargin {
  nowMs(): number
  /** A charge got 429 although there was a token for it: somebody counts otherwise, or pays as well. */
  turnedAway(): void
}

export interface CautiousMarginOptions {
  readonly marginMs: number
  readonly windowMs: number
  readonly now: () => number
}

/** Each step leaves a twentieth of an allowance of 4 s to whoever else uses it, or to a network that takes longer. */
const stepMs = 200
/** With more, the time to send would be over before a late charge is reported. */
const stepsMax = 4
/** Without another 429 for so long, the margin is the usual one again. */
const calmMs = 60_000

/** Kept by each instance for itself: one that is not turned away has no reason to use less. */
export function createCautiousMargin({ marginMs, windowMs, now }: CautiousMarginOptions): CautiousMargin {
  let steps = 0
  let turnedAwayAtMs = Number.NEGATIVE_INFINITY
  const isCalm = () => now() - turnedAwayAtMs >= calmMs

  return {
    nowMs: () => marginMs + (isCalm() ? 0 : steps * stepMs),
    turnedAway() {
      // Those of one window have one cause.
      if (now() - turnedAwayAtMs < windowMs) return
      steps = isCalm() ? 1 : Math.min(steps + 1, stepsMax)
      turnedAwayAtMs = now()
    },
  }
}
