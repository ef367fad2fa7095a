/** Whose declines are counted, and how many there may be. */
export interface VelocitySubject {
  readonly key: string
  readonly declinesMax: number
}

/**
 * For so long after it was sent a payment counts as if it might be declined: nearly every answer comes sooner. So a burst gets no
 * more declines than one payment after the other, and a gateway that hangs holds up other shoppers for no longer than this.
 */
export const ANSWERED_WITHIN_MS = 10_000

/** Beside those, so many times the declines that are allowed may be running. */
export const RUNNING_TIMES = 5
