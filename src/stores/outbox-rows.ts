import type { Selectable } from 'kysely'
import type { EventType } from '../domain/payment-event.ts'
import type { PaymentEventRow } from './engine/tables.ts'

/** An event that this instance alone may send now. */
export interface LeasedEvent {
  readonly id: string
  readonly type: EventType
  readonly paymentId: string
  /** What is sent, word for word. */
  readonly body: string
  /** How often it was sent, this time included. */
  readonly tries: number
  readonly firstTriedAtMs: number
  readonly leasedAtMs: number
}

/** An event as people look at it. */
export interface OutboxEvent {
  readonly id: string
  readonly type: EventType
  readonly paymentId: string
  readonly body: string
  readonly createdAtMs: number
  readonly tries: number
  /** null where it waits for its first try, or was given up. */
  readonly nextTryAtMs: number | null
  readonly lastFailure: string | null
  /** When it was given up; null while it is still tried. */
  readonly deadAtMs: number | null
}

export const toLeased = (row: Selectable<PaymentEventRow>, leasedAtMs: number): LeasedEvent => ({
  id: row.id,
  type: row.type,
  paymentId: row.payment_id,
  body: row.body,
  tries: row.tries,
  firstTriedAtMs: row.first_tried_at_ms ?? leasedAtMs,
  leasedAtMs,
})

export const toOutboxEvent = (row: Selectable<PaymentEventRow>): OutboxEvent => ({
  id: row.id,
  type: row.type,
  paymentId: row.payment_id,
  body: row.body,
  createdAtMs: row.created_at_ms,
  tries: row.tries,
  nextTryAtMs: row.next_try_at_ms,
  lastFailure: row.last_failure,
  deadAtMs: row.dead_at_ms,
})
