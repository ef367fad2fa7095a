import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import type { KeyScope, KnownKey } from '../domain/idempotency-key.ts'
import { ORDER_ID_MAX } from '../domain/order.ts'
import {
  type AttemptStatus,
  mayEndSoon,
  type OrderAttempt,
  type PaymentAttempt,
} from '../domain/payment-attempt.ts'
import { prepare } from './engine/dialect.ts'
import { rowsOf } from './engine/sqlite.ts'
import type { PaymentAttemptRow, Tables } from './engine/tables.ts'

const byKey = prepare<KeyScope & { readonly storeHash: string }, Selectable<PaymentAttemptRow> & KnownAnswer>(
  (queries, give) =>
    queries
      .selectFrom('idempotency_keys')
      .innerJoin('payment_attempts', 'payment_attempts.id', 'idempotency_keys.attempt_id')
      .selectAll('payment_attempts')
      .select(['fingerprint', 'answer_status', 'answer_body'])
      .where('idempotency_keys.store_hash', '=', give('storeHash'))
      .where('idempotency_keys.principal', '=', give('principal'))
      .where('operation', '=', give('operation'))
      .where('idempotency_key', '=', give('idempotencyKey'))
      .compile(),
)

type KnownAnswer = Pick<
  Selectable<Tables['idempotency_keys']>,
  'fingerprint' | 'answer_status' | 'answer_body'
>

export async function findByKey(
  queries: Kysely<Tables>,
  storeHash: string,
  scope: KeyScope,
): Promise<KnownKey | null> {
  const rows = await rowsOf(queries, byKey(queries, { storeHash, ...scope }))
  const [row] = rows
  if (!row) return null
  const { answer_status: status, answer_body: body } = row
  const answer = status === null || body === null ? null : { status, body: JSON.parse(body) }
  return { fingerprint: row.fingerprint, attempt: toAttempt(row), answer }
}

/** The attempt that holds the order. Every list of payment methods asks. */
export async function findFence(
  queries: Kysely<Tables>,
  storeHash: string,
  orderId: number,
): Promise<OrderAttempt | null> {
  const [row] = await rowsOf(queries, holding(queries, { storeHash, orderId }))
  return row ? toOrderAttempt(row) : null
}

const holding = prepare<{ storeHash: string; orderId: number }, Selectable<PaymentAttemptRow>>(
  (queries, give) =>
    queries
      .selectFrom('payment_attempts')
      .selectAll()
      .where('store_hash', '=', give('storeHash'))
      .where('holds_order', '=', give('orderId'))
      .compile(),
)

/** Every attempt on an order, newest first. Those of one millisecond are sorted by id, so that the order never changes. */
export async function findByOrder(
  queries: Kysely<Tables>,
  storeHash: string,
  orderId: number,
): Promise<OrderAttempt[]> {
  const rows = await rowsOf(queries, byOrder(queries, { storeHash, orderId }))
  return rows.map(toOrderAttempt)
}

const byOrder = prepare<{ storeHash: string; orderId: number }, Selectable<PaymentAttemptRow>>(
  (queries, give) =>
    queries
      .selectFrom('payment_attempts')
      .selectAll()
      .where('store_hash', '=', give('storeHash'))
      .where('order_id', '=', give('orderId'))
      .orderBy('created_at_ms', 'desc')
      .orderBy('id')
      .compile(),
)

/** Of these attempts, those that will come to no end soon: mostly since they have one. Read by their ids alone, whatever their statuses are. */
export async function findEnded(queries: Kysely<Tables>, ids: readonly string[]): Promise<string[]> {
  const rows = await queries
    .selectFrom('payment_attempts')
    .select(['id', 'status'])
    .where('id', 'in', ids)
    .execute()
  return rows.filter(({ status }) => !mayEndSoon(status)).map(({ id }) => id)
}

/**
 * A condition on the status, in the text of the statement and in the order of the migrations: SQLite uses their partial indexes only
 * for the very same condition.
 */
export const statusIn = (statuses: readonly AttemptStatus[]) =>
  sql<SqlBool>`status IN (${sql.join(statuses.map((status) => sql.lit(status)))})`

/** Stands in `order_id` until the attempt's order is made; the largest order's number is one less. */
export const NO_ORDER_YET = ORDER_ID_MAX + 1

/** An attempt that was found by its order. */
export const toOrderAttempt = (row: Selectable<PaymentAttemptRow>): OrderAttempt => ({
  ...toAttempt(row),
  orderId: row.order_id,
})

export function toAttempt(row: Selectable<PaymentAttemptRow>): PaymentAttempt {
  return {
    id: row.id,
    orderId: orderIdOf(row),
    customerId: row.customer_id,
    instrumentType: row.instrument_type,
    paymentMethodId: row.payment_method_id,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    transactionType: row.transaction_type,
    bigcommercePaymentId: row.bigcommerce_payment_id,
    bigcommerceCode: row.bigcommerce_code,
    problemCode: row.problem_code,
    correlationId: row.correlation_id,
    requestId: row.request_id,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    sentAtMs: row.sent_at_ms,
    patExpiresAtMs: row.pat_expires_at_ms,
    looks: row.looks,
    unsettledSinceMs: row.unsettled_since_ms,
    holdsOrder: row.holds_order !== null,
    patIssuedAtMs: row.pat_issued_at_ms,
    pendingSinceMs: row.pending_since_ms,
    answeredAs: row.answered_as,
    answeredAtMs: row.answered_at_ms,
    orderTotal: row.order_total,
    cartId: row.cart_id,
    endedAtMs: row.ended_at_ms,
    decidedAtMs: row.decided_at_ms,
    nextLookAtMs: row.next_look_at_ms,
    askedAtMs: row.asked_at_ms,
    quiet: row.quiet_since_ms === null ? null : { looks: row.quiet_looks, sinceMs: row.quiet_since_ms },
  }
}

export const orderIdOf = ({ order_id: orderId }: { readonly order_id: number }): number | null =>
  orderId === NO_ORDER_YET ? null : orderId
