import type { Generated } from 'kysely'
import type { PlaceState } from '../../domain/decline-limits.ts'
import type { AnsweredAs, AttemptStatus } from '../../domain/payment-attempt.ts'
import type { EventType } from '../../domain/payment-event.ts'
import type { InstrumentType } from '../../domain/payment-instrument.ts'
import type { ProblemCode } from '../../domain/problems.ts'
import type { TransactionType } from '../../domain/transaction.ts'

/** The tables as migrations/ makes them; `Generated` marks what an insert may leave out. */
export interface Tables {
  payment_attempts: PaymentAttemptRow
  idempotency_keys: IdempotencyKeyRow
  payment_tokens: PermitRow
  machine_starts: MachineStartRow
  velocity_holds: VelocityHoldRow
  checkouts: CheckoutRow
  order_makings: OrderMakingRow
  unaccounted_charges: UnaccountedChargeRow
  payment_history: PaymentHistoryRow
  heartbeats: HeartbeatRow
  payment_events: PaymentEventRow
}

export interface PaymentAttemptRow {
  id: string
  store_hash: string
  order_id: number
  principal: string
  customer_id: number | null
  instrument_type: InstrumentType
  payment_method_id: string
  status: AttemptStatus
  amount: Generated<number | null>
  currency: Generated<string | null>
  transaction_type: Generated<TransactionType | null>
  bigcommerce_payment_id: Generated<string | null>
  bigcommerce_code: Generated<number | null>
  problem_code: Generated<ProblemCode | null>
  correlation_id: string
  request_id: string
  created_at_ms: number
  updated_at_ms: number
  sent_at_ms: Generated<number | null>
  pat_expires_at_ms: Generated<number | null>
  next_look_at_ms: Generated<number | null>
  leased_until_ms: Generated<number | null>
  looked_at_ms: Generated<number | null>
  looks: Generated<number>
  quiet_looks: Generated<number>
  quiet_since_ms: Generated<number | null>
  unsettled_since_ms: Generated<number | null>
  holds_order: Generated<number | null>
  pat_issued_at_ms: Generated<number | null>
  pending_since_ms: Generated<number | null>
  answered_as: Generated<AnsweredAs | null>
  answered_at_ms: Generated<number | null>
  order_total: Generated<number | null>
  cart_id: Generated<string | null>
  /** `cart_id`, by which the other orders of a checkout are found; null for attempts of the time before they named it. */
  checkout_id: Generated<string | null>
  ended_at_ms: Generated<number | null>
  asked_at_ms: Generated<number | null>
  next_watch_at_ms: Generated<number | null>
  decided_at_ms: Generated<number | null>
}

export interface IdempotencyKeyRow {
  store_hash: string
  principal: string
  operation: string
  idempotency_key: string
  fingerprint: string
  attempt_id: string
  answer_status: Generated<number | null>
  answer_body: Generated<string | null>
  created_at_ms: number
}

export interface PermitRow {
  store_hash: string
  number: number
  counted_at_ms: number
  not_before_ms: Generated<number>
  reserved_at_ms: Generated<number>
  reserved_for_ms: Generated<number>
  holder: Generated<string>
  uses: Generated<number>
  /** 0 or 1. */
  surplus: Generated<number>
  held_at_ms: Generated<number>
  machine: Generated<string>
  machine_up_ms: Generated<number>
}

export interface MachineStartRow {
  machine: string
  started_at_ms: number
}

export interface VelocityHoldRow {
  subject_key: string
  attempt_id: string
  held_until_ms: number
  state: Generated<PlaceState>
  begun_at_ms: Generated<number>
}

export interface CheckoutRow {
  store_hash: string
  checkout_id: string
  order_id: number | null
  holder: string
  updated_at_ms: number
}

export interface OrderMakingRow {
  attempt_id: string
  store_hash: string
  checkout_id: string
  cart_contents: string
  cart_edited_at_ms: number | null
  begun_at_ms: number
  newest_order: number
  order_id: Generated<number | null>
  empty_looks: Generated<number>
  next_look_at_ms: number | null
  leased_until_ms: Generated<number | null>
}

export interface UnaccountedChargeRow {
  store_hash: string
  order_id: number
  seen_at_ms: number
}

export interface PaymentHistoryRow {
  attempt_id: string
  number: number
  at_ms: number
  what: string
  by_whom: string
  because: string | null
}

export interface HeartbeatRow {
  instance: string
  beat_at_ms: number
  filler: string
}

export interface PaymentEventRow {
  id: string
  store_hash: string
  payment_id: string
  type: EventType
  body: string
  created_at_ms: number
  new_since_ms: Generated<number | null>
  next_try_at_ms: Generated<number | null>
  tries: Generated<number>
  first_tried_at_ms: Generated<number | null>
  last_failure: Generated<string | null>
  delivered_at_ms: Generated<number | null>
  dead_at_ms: Generated<number | null>
}
