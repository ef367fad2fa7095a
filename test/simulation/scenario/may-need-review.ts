import type { Scenario } from './scenario.ts'

/**
 * Whether the upstream of this scenario shows so little that only a person can find out: a gateway that records
 * no transactions, or traces of a payment that was accepted, declined late, and looks like the next one's.
 */
export const mayNeedReview = ({ upstream }: Scenario): boolean =>
  upstream.isBlind || upstream.gatewayEnds.includes('pending_declined')
