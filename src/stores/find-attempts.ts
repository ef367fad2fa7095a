import type { Kysely } from 'kysely'
import type { KeyScope, KnownKey } from '../domain/idempotency-key.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import { toAttempt } from './attempt-rows.ts'
import type { Tables } from './engine/tables.ts'

export async function findByKey(
  queries: Kysely<Tables>,
  storeHash: string,
  scope: KeyScope,
): Promise<KnownKey | null> {
  const row = await queries
    .selectFrom('idempotency_keys')
    .innerJoin('payment_attempts', 'payment_attempts.id', 'idempotency_keys.attempt_id')
    .selectAll('payment_attempts')
    .select(['fingerprint', 'answer_status', 'answer_body'])
    .where('idempotency_keys.store_hash', '=', storeHash)
    .where('idempotency_keys.principal', '=', scope.principal)
    .where('operation', '=', scope.operation)
    .where('idempotency_key', '=', scope.idempotencyKey)
    .executeTakeFirst()
  if (!row) return null
  const { answer_status: status, answer_body: body } = row
  const answer = status === null || body === null ? null : { status, body: JSON.parse(body) }
  return { fingerprint: row.fingerprint, attempt: toAttempt(row), answer }
}

/** The attempt that holds the order. */
export async function findFence(
  queries: Kysely<Tables>,
  storeHash: string,
  orderId: number,
): Promise<PaymentAttempt | null> {
  const row = await queries
    .selectFrom('payment_attempts')
    .selectAll()
    .where('store_hash', '=', storeHash)
    .where('holds_order', '=', orderId)
    .executeTakeFirst()
  return row ? toAttempt(row) : null
}

/** Every attempt on an order, newest first. Those of one millisecond are sorted by id, so that the order never changes. */
export async function findByOrder(
  queries: Kysely<Tables>,
  storeHash: string,
  orderId: number,
): Promise<PaymentAttempt[]> {
  const rows = await queries
    .selectFrom('payment_attempts')
    .selectAll()
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .orderBy('created_at_ms', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(toAttempt)
}
