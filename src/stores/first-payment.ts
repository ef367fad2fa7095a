import { type Kysely, type Selectable, sql } from 'kysely'
import type { Money } from '../domain/money.ts'
import {
  closesOrder,
  type OrderAttempt,
  type PaymentAttempt,
  type Settlement,
  statusesBefore,
} from '../domain/payment-attempt.ts'
import { hasNoUnaccounted, isAloneInCheckout } from './checkout-fence.ts'
import { attemptRow, type ClaimOptions } from './claim-attempt.ts'
import { prepare } from './engine/dialect.ts'
import type { PaymentAttemptRow, Tables } from './engine/tables.ts'
import { together } from './engine/together.ts'
import { NO_ORDER_YET, toAttempt, toOrderAttempt } from './find-attempts.ts'
import type { FinalAnswer } from './settle-attempt.ts'
import type { NewEvent, WriteEvents } from './write-events.ts'

/*
 * The way of nearly all payments, each step in one go: the first attempt on an order whose checkout names no other one is claimed, is
 * sent, and succeeds. If a step does not apply, it says so and has written nothing. Then `claimAttempt`, `takeCheckout` and
 * `settleAttempt` decide.
 */

type Row = Selectable<PaymentAttemptRow>

type AttemptValues = ReturnType<typeof attemptRow>

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

interface ClaimValues extends AttemptValues {
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

/** Checked after the order is fenced, so that it stays true. */
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
    operation,
    idempotency_key: idempotencyKey,
    fingerprint: options.fingerprint,
  }
  const statements = [insert, takeBackUnlessFirst, insertKey].map((statement) => statement(database, values))
  // If the claim is lost, nothing was sent. The flush of *sending* writes it to the disk too (decision 0029).
  const [inserted, takenBack] = await together(database, 'for nothing', statements)
  const claimed = inserted?.[0] as Row | undefined
  return claimed && takenBack?.length === 0 ? toOrderAttempt(claimed) : null
}

/** What is known of a charge as it is about to leave. */
export interface Sending {
  /** What it will charge, from the PAT's claims. */
  readonly due: Money
  /** By BigCommerce's clock: when the PAT was made, and until when a payment can begin with it. */
  readonly patIssuedAtMs: number | null
  readonly patExpiresAtMs: number
  /** What the whole order costs, in minor units; null where the order was not read, or did not agree with the PAT. */
  readonly orderTotal: number | null
}

type SendingValues = Money & Omit<Sending, 'due'> & { id: string; nowMs: number }

const maySend = sql.join(statusesBefore('sending').map((status) => sql.lit(status)))

/** The checkout goes to its first order, or stays with it. */
const takeCheckout = prepare<SendingValues, never>((queries, give) =>
  sql<never>`
    INSERT INTO checkouts (store_hash, checkout_id, order_id, holder, updated_at_ms)
    SELECT store_hash, cart_id, order_id, id, CAST(${give('nowMs')} AS BIGINT) FROM payment_attempts
    WHERE id = ${give('id')} AND cart_id IS NOT NULL AND status IN (${maySend}) AND order_id <> ${sql.lit(NO_ORDER_YET)}
    ON CONFLICT (store_hash, checkout_id) DO UPDATE SET updated_at_ms = excluded.updated_at_ms
      WHERE checkouts.order_id = excluded.order_id`.compile(queries),
)

const mark = prepare<SendingValues, Row>((queries, give) =>
  sql<Row>`
    UPDATE payment_attempts SET status = 'sending', amount = ${give('amount')}, currency = ${give('currency')},
      pat_issued_at_ms = ${give('patIssuedAtMs')}, pat_expires_at_ms = ${give('patExpiresAtMs')},
      order_total = ${give('orderTotal')}, sent_at_ms = ${give('nowMs')}, updated_at_ms = ${give('nowMs')}
    WHERE id = ${give('id')} AND status IN (${maySend}) AND order_id <> ${sql.lit(NO_ORDER_YET)}
      AND ${hasNoUnaccounted} AND ${isAloneInCheckout}
      AND (cart_id IS NULL OR EXISTS (
        SELECT 1 FROM checkouts WHERE checkouts.store_hash = payment_attempts.store_hash
          AND checkouts.checkout_id = payment_attempts.cart_id AND checkouts.order_id = payment_attempts.order_id))
    RETURNING *`.compile(queries),
)

/**
 * Writes *sending*, and that the checkout of the order is its own, where it names no other order.
 *
 * @returns the attempt as it is being sent; null where it may not be sent, or not in this way.
 */
export async function markSendingAtOnce(
  database: Kysely<Tables>,
  id: string,
  { due, ...sending }: Sending,
  nowMs: number,
): Promise<PaymentAttempt | null> {
  const values = { id, nowMs, ...due, ...sending }
  const statements = [takeCheckout(database, values), mark(database, values)]
  const [, marked] = await together(database, 'for the disk', statements)
  const row = marked?.[0] as Row | undefined
  return row ? toAttempt(row) : null
}

interface SuccessValues {
  id: string
  nowMs: number
  transactionType: string | null
  bigcommercePaymentId: string | null
  bigcommerceCode: number | null
  answerStatus: number
  answerBody: string
}

const succeed = prepare<SuccessValues, Row>((queries, give) =>
  sql<Row>`
    UPDATE payment_attempts SET status = 'succeeded', transaction_type = ${give('transactionType')},
      bigcommerce_payment_id = ${give('bigcommercePaymentId')}, bigcommerce_code = ${give('bigcommerceCode')},
      problem_code = NULL, updated_at_ms = ${give('nowMs')}, ended_at_ms = ${give('nowMs')},
      next_look_at_ms = NULL, leased_until_ms = NULL, asked_at_ms = NULL, decided_at_ms = NULL, next_watch_at_ms = NULL
    WHERE id = ${give('id')} AND status = 'sending' AND holds_order = order_id AND unsettled_since_ms IS NULL
      AND pending_since_ms IS NULL AND answered_as IS NULL
      AND NOT EXISTS (SELECT 1 FROM payment_attempts AS other WHERE other.store_hash = payment_attempts.store_hash
        AND other.order_id = payment_attempts.order_id AND other.status = 'succeeded' AND other.id <> ${give('id')})
    RETURNING *`.compile(queries),
)

const freePlaces = prepare<SuccessValues, never>((queries, give) =>
  sql<never>`
    DELETE FROM velocity_holds WHERE attempt_id = ${give('id')}
      AND EXISTS (SELECT 1 FROM payment_attempts WHERE id = ${give('id')} AND status = 'succeeded')`.compile(
    queries,
  ),
)

const keepAnswer = prepare<SuccessValues, never>((queries, give) =>
  sql<never>`
    UPDATE idempotency_keys SET answer_status = ${give('answerStatus')}, answer_body = ${give('answerBody')}
    WHERE attempt_id = ${give('id')} AND answer_status IS NULL
      AND EXISTS (SELECT 1 FROM payment_attempts
        WHERE id = ${give('id')} AND status = 'succeeded' AND ended_at_ms = ${give('nowMs')})`.compile(
    queries,
  ),
)

const tellEnd = prepare<NewEvent, never>((queries, give) =>
  sql<never>`
    INSERT INTO payment_events (id, type, store_hash, payment_id, body, created_at_ms, new_since_ms)
    SELECT ${give('id')}, ${give('type')}, ${give('store_hash')}, ${give('payment_id')}, ${give('body')},
      ${give('created_at_ms')}, ${give('new_since_ms')}
    WHERE EXISTS (SELECT 1 FROM payment_attempts
      WHERE id = ${give('payment_id')} AND status = 'succeeded' AND ended_at_ms = ${give('created_at_ms')})
    ON CONFLICT DO NOTHING`.compile(queries),
)

/**
 * Writes that an attempt that was just sent has paid its order, and what its caller is told.
 *
 * @param sending the attempt as it was marked.
 * @returns null where it is no such end, or the attempt is not as it was.
 */
export async function succeedAtOnce(
  database: Kysely<Tables>,
  sending: PaymentAttempt,
  settlement: Settlement,
  finalAnswer: FinalAnswer,
  nowMs: number,
  writeEvents: WriteEvents,
): Promise<PaymentAttempt | null> {
  const { status, isDecided = false, answeredAs } = settlement
  if (isDecided || answeredAs || !sending.holdsOrder || !closesOrder({ ...sending, status })) return null
  const {
    transactionType = sending.transactionType,
    bigcommercePaymentId = sending.bigcommercePaymentId,
    bigcommerceCode = sending.bigcommerceCode,
  } = settlement
  const said = { transactionType, bigcommercePaymentId, bigcommerceCode }
  const after = { ...sending, ...said, status, problemCode: null, updatedAtMs: nowMs, endedAtMs: nowMs }
  const answer = finalAnswer(after)
  if (!answer) return null
  const told = { answerStatus: answer.status, answerBody: JSON.stringify(answer.body) }
  const values = { id: sending.id, nowMs, ...said, ...told }
  const statements = [succeed, freePlaces, keepAnswer].map((statement) => statement(database, values))
  const event = writeEvents.ofFirst?.({ before: sending.status, after, nowMs })
  if (event) statements.push(tellEnd(database, event))
  const [moved] = await together(database, 'for the disk', statements)
  const row = moved?.[0] as Row | undefined
  return row ? toAttempt(row) : null
}
