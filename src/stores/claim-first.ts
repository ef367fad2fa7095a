import { type Kysely, type Selectable, sql } from 'kysely'
import type { OrderAttempt } from '../domain/payment-attempt.ts'
import { attemptRow, type ClaimOptions } from './claim-attempt.ts'
import { prepare } from './engine/prepared.ts'
import type { PaymentAttemptRow, Tables } from './engine/tables.ts'
import { together } from './engine/together.ts'
import { toOrderAttempt } from './find-attempts.ts'

type AttemptValues = ReturnType<typeof attemptRow>
type Row = Selectable<PaymentAttemptRow>

const columns = [
  'id',
  'store_hash',
  'order_id',
  'principal',
  'customer_id',
  'cart_id',
  'checkout_id',
  'instrument_type',
  'payment_method_id',
  'status',
  'holds_order',
  'correlation_id',
  'request_id',
  'created_at_ms',
  'updated_at_ms',
] as const satisfies readonly (keyof AttemptValues)[]

interface ClaimValues extends Omit<AttemptValues, 'checkout_id'> {
  checkout_id: string | null
  operation: string
  idempotency_key: string
  fingerprint: string
}

/** The index `payment_attempts_holds_order` refuses the row when another attempt holds the order. */
const insert = prepare<ClaimValues, Row>((queries, give) =>
  sql<Row>`
    INSERT INTO payment_attempts (${sql.join(columns.map((name) => sql.ref(name)))})
    SELECT ${sql.join(columns.map((name) => give(name)))}
    WHERE NOT EXISTS (
      SELECT 1 FROM idempotency_keys WHERE store_hash = ${give('store_hash')} AND principal = ${give('principal')}
        AND operation = ${give('operation')} AND idempotency_key = ${give('idempotency_key')})
    ON CONFLICT DO NOTHING RETURNING *`.compile(queries),
)

/** Looked at once the order is fenced, so that what is seen stays true. */
const takeBackUnlessFirst = prepare<ClaimValues, { id: string }>((queries, give) =>
  sql<{ id: string }>`
    DELETE FROM payment_attempts WHERE id = ${give('id')} AND status = 'claimed'
      AND NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE attempt_id = ${give('id')})
      AND (
        EXISTS (SELECT 1 FROM payment_attempts AS other WHERE other.store_hash = ${give('store_hash')}
          AND other.order_id = ${give('order_id')} AND other.id <> ${give('id')})
        OR EXISTS (SELECT 1 FROM payment_attempts AS other WHERE other.store_hash = ${give('store_hash')}
          AND other.checkout_id = ${give('checkout_id')} AND other.id <> ${give('id')})
        OR EXISTS (SELECT 1 FROM unaccounted_charges
          WHERE store_hash = ${give('store_hash')} AND order_id = ${give('order_id')})
        OR EXISTS (SELECT 1 FROM checkouts WHERE store_hash = ${give('store_hash')}
          AND checkout_id = ${give('cart_id')} AND (order_id IS NULL OR order_id <> ${give('order_id')})))
    RETURNING id`.compile(queries),
)

const insertKey = prepare<ClaimValues, never>((queries, give) =>
  sql<never>`
    INSERT INTO idempotency_keys
      (store_hash, principal, operation, idempotency_key, fingerprint, attempt_id, created_at_ms)
    SELECT ${give('store_hash')}, ${give('principal')}, ${give('operation')}, ${give('idempotency_key')},
      ${give('fingerprint')}, ${give('id')}, ${give('created_at_ms')}
    WHERE EXISTS (SELECT 1 FROM payment_attempts WHERE id = ${give('id')} AND status = 'claimed')
      AND NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE attempt_id = ${give('id')})`.compile(queries),
)

/**
 * Claims key and order for an attempt that is the first on its order and of its checkout.
 *
 * @returns null where it is not; nothing was written then.
 */
export async function claimFirst(
  database: Kysely<Tables>,
  options: ClaimOptions,
): Promise<OrderAttempt | null> {
  const { operation, idempotencyKey } = options.scope
  const row = attemptRow(options)
  const values = {
    ...row,
    checkout_id: row.checkout_id ?? null,
    operation,
    idempotency_key: idempotencyKey,
    fingerprint: options.fingerprint,
  }
  const statements = [insert, takeBackUnlessFirst, insertKey].map((statement) => statement(database, values))
  // If the claim is lost, nothing was sent. The flush of *sending* takes it along to the disk (decision 0029).
  const [inserted, takenBack] = await together(database, 'for nothing', statements)
  const claimed = inserted?.[0] as Row | undefined
  return claimed && takenBack?.length === 0 ? toOrderAttempt(claimed) : null
}
