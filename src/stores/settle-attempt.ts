import type { Transaction } from 'kysely'
import type { PaymentAnswer } from '../domain/payment-answer.ts'
import {
  type AttemptStatus,
  keepsPlace,
  type PaymentAttempt,
  type Settlement,
  statusesBefore,
} from '../domain/payment-attempt.ts'
import { toAttempt } from './attempt-rows.ts'
import type { Tables } from './engine/tables.ts'
import { releaseHolds } from './velocity-holds.ts'

export interface SettleOptions {
  readonly id: string
  readonly settlement: Settlement
  readonly finalAnswer: (attempt: PaymentAttempt) => PaymentAnswer | null
  readonly nowMs: number
}

/** BigCommerce needs a moment to show what it did; a shopper is waiting. */
const firstLookMs = 2_000

const needsLooking = (status: AttemptStatus) => status === 'unknown' || status === 'pending'

/** Compare-and-set on the status, and the answer with it, within one transaction. */
export async function settleAttempt(
  transaction: Transaction<Tables>,
  { id, settlement, finalAnswer, nowMs }: SettleOptions,
): Promise<PaymentAttempt> {
  const moved = await transaction
    .updateTable('payment_attempts')
    .set(({ fn, ref, val }) => ({
      status: settlement.status,
      // Kysely leaves out what is undefined, so what an earlier answer said stays.
      transaction_type: settlement.transactionType,
      bigcommerce_payment_id: settlement.bigcommercePaymentId,
      bigcommerce_code: settlement.bigcommerceCode,
      problem_code: settlement.problemCode,
      updated_at_ms: nowMs,
      next_look_at_ms: needsLooking(settlement.status) ? nowMs + firstLookMs : null,
      leased_until_ms: null,
      unsettled_since_ms: needsLooking(settlement.status)
        ? fn.coalesce(ref('unsettled_since_ms'), val(nowMs))
        : undefined,
    }))
    .where('id', '=', id)
    .where('status', 'in', statusesBefore(settlement.status))
    .returningAll()
    .executeTakeFirst()
  if (!moved) return present(transaction, id)

  const attempt = toAttempt(moved)
  if (!keepsPlace(attempt.status, attempt.problemCode)) await releaseHolds(transaction, [id])
  const answer = finalAnswer(attempt)
  if (answer) {
    await transaction
      .updateTable('idempotency_keys')
      .set({ answer_status: answer.status, answer_body: JSON.stringify(answer.body) })
      .where('attempt_id', '=', id)
      .execute()
  }
  return attempt
}

async function present(transaction: Transaction<Tables>, id: string): Promise<PaymentAttempt> {
  const row = await transaction
    .selectFrom('payment_attempts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return toAttempt(row)
}
