import type { KeyScope, KnownKey } from '../../../src/domain/idempotency-key.ts'
import { LostAttempt, type NewAttempt, type PaymentAttempt } from '../../../src/domain/payment-attempt.ts'
import { Problem } from '../../../src/domain/problem.ts'
import { type AttemptRow, type KeyRow, keyOf, type LedgerRows, toAttempt } from './ledger-rows.ts'

export function rowOf({ byId }: LedgerRows, id: string): AttemptRow {
  const row = byId.get(id)
  // As the stores answer whatever the database cannot do.
  if (!row) throw new Problem('store_unavailable', { cause: new LostAttempt(id) })
  return row
}

export const knownKey = (
  rows: LedgerRows,
  { fingerprint, attemptId, answerStatus, answerBody }: KeyRow,
): KnownKey => ({
  fingerprint,
  attempt: toAttempt(rowOf(rows, attemptId)),
  answer:
    answerStatus === null || answerBody === null
      ? null
      : { status: answerStatus, body: JSON.parse(answerBody) },
})

export interface Inserted {
  readonly scope: KeyScope
  readonly fingerprint: string
  /** Without an order yet where one is being made. */
  readonly attempt: Omit<NewAttempt, 'orderId'> & Pick<PaymentAttempt, 'orderId'>
}

/** Writes a claimed attempt, and gives it its key. */
export function insertAttempt(rows: LedgerRows, nowMs: number, inserted: Inserted): AttemptRow {
  const { scope, fingerprint, attempt } = inserted
  if (rows.byId.has(attempt.id)) throw new Error(`attempt ${attempt.id} is there already`)
  const row = newRow(attempt, nowMs)
  rows.attempts.push(row)
  rows.byId.set(row.id, row)
  const key = rows.keys.get(keyOf(scope))
  if (key) key.attemptId = row.id
  else {
    const answer = { answerStatus: null, answerBody: null }
    rows.keys.set(keyOf(scope), { fingerprint, attemptId: row.id, ...answer, createdAtMs: nowMs })
  }
  return row
}

const newRow = (attempt: Inserted['attempt'], nowMs: number): AttemptRow => ({
  id: attempt.id,
  orderId: attempt.orderId,
  customerId: attempt.customerId,
  cartId: attempt.cartId,
  instrumentType: attempt.instrumentType,
  paymentMethodId: attempt.paymentMethodId,
  status: 'claimed',
  amount: null,
  currency: null,
  transactionType: null,
  bigcommercePaymentId: null,
  bigcommerceCode: null,
  problemCode: null,
  correlationId: attempt.correlationId,
  requestId: attempt.requestId,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
  sentAtMs: null,
  patIssuedAtMs: null,
  patExpiresAtMs: null,
  unsettledSinceMs: null,
  pendingSinceMs: null,
  answeredAs: null,
  answeredAtMs: null,
  orderTotal: null,
  endedAtMs: null,
  decidedAtMs: null,
  holdsOrder: attempt.orderId !== null,
  nextLookAtMs: null,
  askedAtMs: null,
  looks: 0,
  quiet: null,
  leasedUntilMs: null,
  lookedAtMs: null,
  nextWatchAtMs: null,
})
