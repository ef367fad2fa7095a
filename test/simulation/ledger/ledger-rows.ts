import type { KeyScope } from '../../../src/domain/idempotency-key.ts'
import type { PaymentAttempt } from '../../../src/domain/payment-attempt.ts'

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** A row of `payment_attempts`: the attempt, and what only the ledger itself reads. */
export interface AttemptRow extends Writable<PaymentAttempt> {
  nextLookAtMs: number | null
  leasedUntilMs: number | null
  lookedAtMs: number | null
  unsettledSinceMs: number | null
}

/** A row of `idempotency_keys`. */
export interface KeyRow {
  readonly fingerprint: string
  attemptId: string
  answerStatus: number | null
  answerBody: string | null
  readonly createdAtMs: number
}

/** The two tables, which survive all crashes. */
export interface LedgerRows {
  readonly attempts: AttemptRow[]
  readonly byId: Map<string, AttemptRow>
  readonly keys: Map<string, KeyRow>
}

export const createLedgerRows = (): LedgerRows => ({ attempts: [], byId: new Map(), keys: new Map() })

export const keyOf = ({ principal, operation, idempotencyKey }: KeyScope): string =>
  `${principal}\n${operation}\n${idempotencyKey}`

/** A copy, as from a query: what a node holds does not change when the row does. */
export const toAttempt = (row: AttemptRow): PaymentAttempt => ({
  id: row.id,
  orderId: row.orderId,
  customerId: row.customerId,
  instrumentType: row.instrumentType,
  paymentMethodId: row.paymentMethodId,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  transactionType: row.transactionType,
  bigcommercePaymentId: row.bigcommercePaymentId,
  bigcommerceCode: row.bigcommerceCode,
  problemCode: row.problemCode,
  correlationId: row.correlationId,
  requestId: row.requestId,
  createdAtMs: row.createdAtMs,
  updatedAtMs: row.updatedAtMs,
  sentAtMs: row.sentAtMs,
  patExpiresAtMs: row.patExpiresAtMs,
  looks: row.looks,
  quiet: row.quiet,
})
