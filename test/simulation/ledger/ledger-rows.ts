import type { CartState } from '../../../src/domain/checkout.ts'
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

/** A row of `checkouts`. */
export interface CheckoutRow {
  readonly orderId: number | null
  readonly holder: string
}

/** A row of `order_makings`. */
export interface MakingRow {
  readonly attemptId: string
  readonly checkoutId: string
  readonly cart: CartState
  readonly newestOrder: number
  readonly begunAtMs: number
  orderId: number | null
  emptyLooks: number
  nextLookAtMs: number | null
  leasedUntilMs: number | null
}

/** The tables. What survives every crash of every node. */
export interface LedgerRows {
  readonly attempts: AttemptRow[]
  readonly byId: Map<string, AttemptRow>
  readonly keys: Map<string, KeyRow>
  /** Orders with a charge that no attempt accounts for. */
  readonly unaccounted: Set<number>
  /** Which order of a checkout may be charged, and by whom it was taken; null while one is being made. */
  readonly checkouts: Map<string, CheckoutRow>
  /** By the attempt that makes the order. */
  readonly makings: Map<string, MakingRow>
  /** Bodies of the outbox, by the id of the event. */
  readonly events: Map<string, string>
  /** What was noted of an attempt. */
  readonly noted: Map<string, readonly string[]>
}

export const createLedgerRows = (): LedgerRows => ({
  attempts: [],
  byId: new Map(),
  keys: new Map(),
  unaccounted: new Set(),
  checkouts: new Map(),
  makings: new Map(),
  events: new Map(),
  noted: new Map(),
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
