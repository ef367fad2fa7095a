import type { ChargeReport } from '../../sandbox/state/charges.ts'
import type { LedgerRow } from './chaos-database.ts'
import type { ChargeRequest } from './charge-requests.ts'

/** An attempt as the ledger tells it, beside what the platform saw of it. */
export interface Attempt {
  readonly id: string
  readonly orderId: number
  readonly requestId: string
  /** As the ledger has it; null where there is no ledger. */
  readonly row: LedgerRow | null
  readonly requests: readonly ChargeRequest[]
  readonly charges: readonly ChargeReport[]
}

export const isCharged = ({ charges }: Attempt): boolean => charges.some(({ state }) => state === 'charged')

/** A void shows as late as anything else does, and a look that saw the charge may be written down this much after it. */
const voidShowsWithinMs = 10_000

/**
 * Whether it was true to say at that moment that the payment was made. What was told before the merchant let go of the money
 * stays so.
 */
export const wasPaidAt = ({ charges, row }: Attempt, atMs: number): boolean =>
  charges.some(
    ({ state, voided_at: voidedAtMs }) =>
      state === 'charged' ||
      (state === 'voided' &&
        Math.min(atMs, row?.updatedAtMs ?? atMs) <= (voidedAtMs ?? 0) + voidShowsWithinMs),
  )

/** Whether it was untrue to say at that moment that nothing was charged, nor will be. */
export const isChargedAfter = ({ charges }: Attempt, atMs: number): boolean =>
  charges.some(
    ({ state, voided_at: voidedAtMs }) =>
      state === 'charged' || (state === 'voided' && atMs < (voidedAtMs ?? 0)),
  )

/** @param rows of the ledger; null for a handler that has none and calls its payments after their requests. */
export function attemptsOf(
  rows: readonly LedgerRow[] | null,
  requests: readonly ChargeRequest[],
  charges: readonly ChargeReport[],
): Attempt[] {
  const requestsBy = Map.groupBy(requests, ({ correlationId }) => correlationId)
  const chargesBy = Map.groupBy(charges, ({ pat_jti }) => pat_jti)
  const seen = (correlationId: string) => {
    const own = requestsBy.get(correlationId) ?? []
    return { requests: own, charges: own.flatMap(({ tokenId }) => chargesBy.get(tokenId) ?? []) }
  }
  if (rows) {
    return rows.map((row) => ({
      id: row.id,
      orderId: row.orderId,
      requestId: row.requestId,
      row,
      ...seen(row.correlationId),
    }))
  }
  return [...requestsBy.keys()].map((id) => {
    const what = seen(id)
    return { id, orderId: what.charges[0]?.order_id ?? 0, requestId: id, row: null, ...what }
  })
}
