/**
 * The rule of the exact bucket: as many permits as payments are allowed in a window, and each comes back one window after
 * *its own* payment was counted. README.md says why that keeps the promise; permit-store.ts does it in SQL.
 */
export interface AllowanceRule {
  /** BigCommerce allows as many payments as there are permits in any window of this length. */
  readonly windowMs: number
  /** How much longer one request may take to arrive and be counted than another: the network's jitter. */
  readonly marginMs: number
  /** From the moment a permit is reserved for, its charge leaves within this time or not at all. */
  readonly sendWithinMs: number
}

/**
 * From the moment of a permit: three seconds for dialling, one for writing *sending*, one for a stall. Only a crash in
 * between keeps the permit away for so much longer.
 */
export const SEND_WITHIN_MS = 5_000

/**
 * How far ahead permits are taken, so that *sending* is written and a connection dialled when the moment comes. Taken
 * farther ahead, a permit could not come back early, nor go to a caller whose turn it has become.
 */
export const AHEAD_MS = 250

/** No 429 holds permits back for longer; `pauseAskedMs` (clients/bigcommerce/exchange.ts) cuts what BigCommerce asks for to the same. */
export const HOLD_MS_MAX = 60_000

/** Clocks that differ by no more agree: they count whole milliseconds, and none is read at the same instant as another. */
export const CLOCK_SLACK_MS = 20

/** A permit is back this long after its reservation, at the latest: no payment can keep it away for longer. */
export const backWithinMs = ({ windowMs, marginMs, sendWithinMs }: AllowanceRule): number =>
  AHEAD_MS + sendWithinMs + marginMs + windowMs

/** One use of one permit. Moments are those of the database's clock. */
export interface Reservation {
  readonly number: number
  /** How often the permit was reserved so far; tells whether this reservation is still the latest. */
  readonly uses: number
  /** When it was made, and the moment that it is for: the charge may not leave before that. */
  readonly atMs: number
  readonly forMs: number
  /** When the use before this one was counted at the latest, should this one have to be undone. */
  readonly countedBeforeMs: number
}

/** The margin as it is now: more than the rule's for a while after BigCommerce has turned a charge away. */
export interface CautiousMargin {
  nowMs(): number
  /** A charge got 429 although there was a permit for it: BigCommerce counts otherwise, or another app pays as well. */
  turnedAway(): void
}

export interface CautiousMarginOptions {
  readonly marginMs: number
  readonly windowMs: number
  readonly now: () => number
}

/** Each step leaves a twentieth of an allowance of 4 s to the other app, or to a network that takes longer. */
const stepMs = 200
/** With more, the time to send would be over before a late charge is reported. */
const stepsMax = 4
/** Without another 429 for so long, the margin is the usual one again. */
const calmMs = 60_000

/** Each instance keeps its own: one that is not turned away has no reason to use less. */
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
