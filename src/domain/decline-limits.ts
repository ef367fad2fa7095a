import { type AttemptStatus, isRunning, isUnsettled } from './payment-attempt.ts'
import type { ProblemCode } from './problems.ts'

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

/** Declines that say nothing about the instrument, and so are of no use to test cards. */
const OF_NO_INSTRUMENT = ['merchant_configuration', 'order_not_found', 'amount_changed'] as const
const ofNoInstrument = new Set<ProblemCode | null>(OF_NO_INSTRUMENT)

/** What an attempt's place in the limits against card testing stands for. Only a decline uses an allowance up. */
export type PlaceState = 'running' | 'unknown' | 'declined'

/**
 * What an attempt's place stands for from now on; null where it is given back. An end that is not known is BigCommerce's
 * failure and not the shopper's; the place is kept because a decline may still show.
 */
export function placeOf(status: AttemptStatus, problemCode: ProblemCode | null): PlaceState | null {
  if (isRunning(status)) return 'running'
  if (isUnsettled(status)) return 'unknown'
  return status === 'declined' && !ofNoInstrument.has(problemCode) ? 'declined' : null
}
