import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely'
import { placeOf } from '../domain/decline-limits.ts'
import type { PaymentAnswer } from '../domain/payment-answer.ts'
import {
  isFinal,
  isLookedUp,
  isUnsettled,
  LostAttempt,
  mayBeCorrected,
  mayBecome,
  mayBeDecided,
  mayBeFreed,
  mayBeTakenBack,
  mayHoldOrder,
  type PaymentAttempt,
  type Settlement,
} from '../domain/payment-attempt.ts'
import { PART_PAYING_TYPES } from '../domain/payment-instrument.ts'
import { bringCheckoutBack } from './checkout-fence.ts'
import type { Tables } from './engine/tables.ts'
import { toAttempt } from './find-attempts.ts'
import { moveHolds } from './velocity-holds.ts'
import type { WriteEvents } from './write-events.ts'

export type FinalAnswer = (attempt: PaymentAttempt) => PaymentAnswer | null

/** BigCommerce needs a moment to show what it did; a shopper is waiting. */
const firstLookMs = 2_000

/**
 * Writes an attempt's new status if it may still get it, and its final answer with its key, within one transaction.
 *
 * @returns the attempt as it stands afterwards.
 * @throws LostAttempt where there is none.
 */
export async function settleAttempt(
  transaction: Transaction<Tables>,
  id: string,
  settlement: Settlement,
  finalAnswer: FinalAnswer,
  nowMs: number,
  writeEvents: WriteEvents,
): Promise<PaymentAttempt> {
  const attempt = await present(transaction, id)
  const mayMove =
    mayBecome(attempt.status, settlement.status) ||
    (settlement.status === 'succeeded' && mayBeCorrected(attempt)) ||
    (settlement.status === 'not_sent' && mayBeFreed(attempt)) ||
    (settlement.isProvenUnsent === true && mayBeTakenBack(attempt)) ||
    (settlement.isDecided === true && mayBeDecided(attempt))
  return mayMove ? writeEnd(transaction, attempt, settlement, finalAnswer, nowMs, writeEvents) : attempt
}

async function writeEnd(
  transaction: Transaction<Tables>,
  before: PaymentAttempt,
  settlement: Settlement,
  finalAnswer: FinalAnswer,
  nowMs: number,
  writeEvents: WriteEvents,
): Promise<PaymentAttempt> {
  const { status } = settlement
  const holds = mayHoldOrder(status, before.instrumentType)
  const moved = await transaction
    .updateTable('payment_attempts')
    .set(({ fn, ref, val }) => ({
      status,
      // Kysely leaves out what is undefined, so what an earlier answer said stays.
      transaction_type: settlement.transactionType,
      bigcommerce_payment_id: settlement.bigcommercePaymentId,
      bigcommerce_code: settlement.bigcommerceCode,
      problem_code: status === 'succeeded' ? null : settlement.problemCode,
      answered_as: settlement.answeredAs,
      answered_at_ms: settlement.answeredAtMs,
      updated_at_ms: nowMs,
      next_look_at_ms: isUnsettled(status)
        ? nowMs + (isLookedUp(status) ? (settlement.firstLookInMs ?? firstLookMs) : dayMs)
        : null,
      leased_until_ms: null,
      asked_at_ms: null,
      // What a person decides stays in doubt, also where the attempt was put into the ledger by hand.
      unsettled_since_ms:
        isUnsettled(status) || settlement.isDecided
          ? fn.coalesce(ref('unsettled_since_ms'), val(nowMs))
          : // There was no doubt where it counts, so no charge that shows is taken for its own.
            settlement.isProvenUnsent
            ? null
            : undefined,
      pending_since_ms: status === 'pending' ? fn.coalesce(ref('pending_since_ms'), val(nowMs)) : undefined,
      ended_at_ms: isFinal(status) ? nowMs : undefined,
      decided_at_ms: settlement.isDecided ? nowMs : null,
      // An attempt of the time before attempts named their checkout is seen by its other orders from now on.
      checkout_id: status === 'succeeded' ? ref('cart_id') : undefined,
      // News that came while the look at its end was made asks for one more, unless there was nothing to have news of.
      next_watch_at_ms: settlement.isProvenUnsent
        ? null
        : fn.coalesce(ref('next_watch_at_ms'), val(isWatched(before, settlement) ? nowMs + hourMs : null)),
      // The fence never refuses the truth: where another attempt holds the order, this one is written without holding it.
      holds_order: holds
        ? sql<number | null>`CASE WHEN ${heldByAnother(before)} THEN NULL ELSE order_id END`
        : null,
    }))
    .where('id', '=', before.id)
    .where('status', '=', before.status)
    .returningAll()
    .executeTakeFirst()
  if (!moved) return settleAttempt(transaction, before.id, settlement, finalAnswer, nowMs, writeEvents)

  const attempt = toAttempt(moved)
  const { id: holder, orderId, cartId } = attempt
  if (isFinal(before.status) && status === 'succeeded' && orderId !== null && cartId !== null) {
    await bringCheckoutBack(transaction, { storeHash: moved.store_hash, cartId, orderId, holder, nowMs })
  }
  if (!attempt.holdsOrder && orderId !== null) await passOrderOn(transaction, moved.store_hash, orderId)
  await moveHolds(transaction, [attempt.id], placeOf(attempt.status, attempt.problemCode))
  const answer = finalAnswer(attempt)
  if (answer) {
    await transaction
      .updateTable('idempotency_keys')
      .set({ answer_status: answer.status, answer_body: JSON.stringify(answer.body) })
      .where('attempt_id', '=', attempt.id)
      .execute()
  }
  await writeEvents.ofStep(transaction, { before: before.status, after: attempt, nowMs })
  return attempt
}

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs

/** Only an end that was in doubt is looked at again by itself. */
const isWatched = (before: PaymentAttempt, { status, isProvenUnsent }: Settlement) =>
  isFinal(status) && status !== 'succeeded' && isUnsettled(before.status) && !isProvenUnsent

const heldByAnother = ({ id }: PaymentAttempt) => sql<SqlBool>`EXISTS (
  SELECT 1 FROM payment_attempts AS other
  WHERE other.store_hash = payment_attempts.store_hash
    AND other.holds_order = payment_attempts.order_id AND other.id <> ${id})`

/** A success that showed while another attempt held the order closes it as soon as that one lets go. */
export async function passOrderOn(
  transaction: Kysely<Tables>,
  storeHash: string,
  orderId: number,
): Promise<void> {
  const paid = await findClosing(transaction, storeHash, orderId)
  if (!paid || paid.holds_order !== null) return
  await transaction
    .updateTable('payment_attempts')
    .set({ holds_order: orderId })
    .where('id', '=', paid.id)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('payment_attempts as other')
            .select('other.id')
            .where('other.store_hash', '=', storeHash)
            .where('other.holds_order', '=', orderId),
        ),
      ),
    )
    .execute()
}

/** A success that closes its order, whether or not it holds it. */
export const findClosing = (queries: Kysely<Tables>, storeHash: string, orderId: number) =>
  queries
    .selectFrom('payment_attempts')
    .selectAll()
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .where('status', '=', 'succeeded')
    .where('instrument_type', 'not in', PART_PAYING_TYPES)
    .orderBy('holds_order')
    .executeTakeFirst()

async function present(transaction: Transaction<Tables>, id: string): Promise<PaymentAttempt> {
  const row = await transaction
    .selectFrom('payment_attempts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => new LostAttempt(id))
  return toAttempt(row)
}
