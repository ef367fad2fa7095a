import type { KeyScope } from '../../../src/domain/idempotency-key.ts'
import type { OrderAttempt, PaymentAttempt } from '../../../src/domain/payment-attempt.ts'

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** A row of `payment_attempts`: the attempt, and what only the ledger itself reads. */
export interface AttemptRow extends Writable<PaymentAttempt> {
  leasedUntilMs: number | null
  lookedAtMs: number | null
  nextWatchAtMs: number | null
}

/** A row of `idempotency_keys`. */
export interface KeyRow {
  readonly fingerprint: string
  attemptId: string
  answerStatus: number | null
  answerBody: string | null
  readonly createdAtMs: number
}

/** The two tables. What survives every crash of every node. */
export interface LedgerRows {
  readonly attempts: AttemptRow[]
  readonly byId: Map<string, AttemptRow>
  readonly keys: Map<string, KeyRow>
  /** Orders with a charge that no attempt accounts for. */
  readonly unaccounted: Set<number>
  /** Which order of a checkout may be charged. */
  readonly checkouts: Map<string, number>
}

export const createLedgerRows = (): LedgerRows => ({
  attempts: [],
  byId: new Map(),
  keys: new Map(),
  unaccounted: new Set(),
  checkouts: new Map(),
})

export const keyOf = ({ principal, operation, idempotencyKey }: KeyScope): string =>
  `${principal}\n${operation}\n${idempotencyKey}`

/** A copy, as a query gives one: what a node holds does not change when the row does. */
export const toAttempt = ({
  leasedUntilMs: _leased,
  lookedAtMs: _looked,
  nextWatchAtMs: _watch,
  ...attempt
}: AttemptRow): PaymentAttempt => attempt

/** The same for a row that was found by its order. */
export function toOrderAttempt(row: AttemptRow): OrderAttempt {
  const { orderId } = row
  if (orderId === null) throw new Error(`attempt ${row.id} has no order yet`)
  return { ...toAttempt(row), orderId }
}
