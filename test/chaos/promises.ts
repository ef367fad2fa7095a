import type { ChargeReport } from '../../sandbox/state/charges.ts'
import type { Attempt } from './attempts.ts'
import type { ChargeRequest } from './charge-requests.ts'
import type { Told } from './told.ts'

/** The promises, in the words of the report. */
export const PROMISES = {
  once: 'an order charged more than once',
  onceForCheckout: 'two orders of one checkout charged',
  makings: 'more than five orders made of one checkout',
  negative: 'told that nothing was charged, though it was',
  positive: 'told that it was paid, though nothing was charged',
  settles: 'not settled in time after everything healed',
  same: 'the same key answered differently in the end',
  recorded: 'a charge sent without a committed row',
  sentOnce: 'one attempt sent more than once',
  ledger: 'the ledger says what is not so',
  waits: 'a wait that was too long, or said to be over before its time',
  events: 'an event too few, too many or untrue',
  served: 'a good card refused longer than 10 s after a trouble was over',
} as const
export type Promised = keyof typeof PROMISES

export interface Violation {
  readonly promise: Promised
  readonly orderId: number
  readonly what: string
}

export interface Evidence {
  readonly told: readonly Told[]
  readonly attempts: readonly Attempt[]
  readonly charges: readonly ChargeReport[]
  readonly requests: readonly ChargeRequest[]
  /** The checkout of each order; null for an order that came from none. */
  readonly checkouts: ReadonlyMap<number, string | null>
  /** How many orders were made of each checkout on our request. */
  readonly makings: ReadonlyMap<string, number>
  readonly hasLedger: boolean
}
