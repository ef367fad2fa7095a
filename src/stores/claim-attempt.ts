import type { Kysely, Transaction } from 'kysely'
import { placeOf } from '../domain/decline-limits.ts'
import { isFreeAgain, type KeyScope, type KnownKey } from '../domain/idempotency-key.ts'
import { FINAL_STATUSES, type NewAttempt, type OrderAttempt } from '../domain/payment-attempt.ts'
import { PART_PAYING_TYPES } from '../domain/payment-instrument.ts'
import { checkoutStanding } from './checkout-fence.ts'
import type { Tables } from './engine/tables.ts'
import { LostRace } from './engine/transact.ts'
import { findByKey, findFence, toOrderAttempt } from './find-attempts.ts'
import { findClosing } from './settle-attempt.ts'

export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: OrderAttempt }
  | { readonly kind: 'known'; readonly known: KnownKey }
  /** Another attempt holds the order: it has no end yet, or has paid. */
  | { readonly kind: 'fenced'; readonly by: OrderAttempt }
  /** BigCommerce shows a charge on the order that no payment here accounts for. */
  | { readonly kind: 'charged_otherwise' }
  /** Another order of the same checkout is being paid, or has been. */
  | { readonly kind: 'checkout'; readonly standing: 'busy' | 'paid' }
  /** Too many attempts on the order failed within the window. */
  | { readonly kind: 'blocked'; readonly retryAfterSeconds: number }

/** How many attempts on one order may fail within a window. */
export interface FailuresLimit {
  readonly failuresMax: number
  readonly windowMs: number
}

export interface ClaimOptions {
  readonly storeHash: string
  readonly scope: KeyScope
  readonly fingerprint: string
  readonly attempt: NewAttempt
  readonly nowMs: number
  /** How many attempts on the order may fail within a window; null for any number. */
  readonly failures: FailuresLimit | null
  /** Whether checkouts can be paid: then the failures on one are counted over all its orders. */
  readonly countsByCheckout: boolean
}

/**
 * Claims the key and fences the order, within one transaction.
 *
 * On Postgres other transactions commit between these statements. So an answer is right only if the rows that it was read from are unchanged.
 *
 * @throws LostRace if they have changed: roll back and claim again.
 */
export async function claimAttempt(transaction: Transaction<Tables>, options: ClaimOptions): Promise<Claim> {
  const { storeHash, scope, fingerprint } = options
  const known = await findByKey(transaction, storeHash, scope)
  if (known && !isFreeAgain(known, fingerprint)) return { kind: 'known', known }

  const row = await insertAttempt(transaction, options)
  if (!row) return refusal(transaction, options, known)
  const closed = await closedBy(transaction, options)
  if (closed) {
    await transaction.deleteFrom('payment_attempts').where('id', '=', row.id).execute()
    return closed
  }
  const retryAfterSeconds = await failuresWaitSeconds(transaction, options)
  if (retryAfterSeconds > 0) {
    await transaction.deleteFrom('payment_attempts').where('id', '=', row.id).execute()
    return { kind: 'blocked', retryAfterSeconds }
  }
  await takeKey(transaction, options, known?.attempt.id ?? null)
  return { kind: 'claimed', attempt: toOrderAttempt(row) }
}

/** A charge that showed late, while another attempt held the order, closes it all the same. */
async function closedBy(
  transaction: Transaction<Tables>,
  { storeHash, attempt: { orderId, cartId }, countsByCheckout }: ClaimOptions,
): Promise<Claim | null> {
  // One statement for all, since nearly always there is none of it.
  const { isPaid, isUnaccounted } = await transaction
    .selectNoFrom(({ exists, selectFrom }) => [
      exists(
        selectFrom('payment_attempts')
          .select('id')
          .where('store_hash', '=', storeHash)
          .where('order_id', '=', orderId)
          .where('status', '=', 'succeeded')
          .where('instrument_type', 'not in', PART_PAYING_TYPES),
      ).as('isPaid'),
      exists(
        selectFrom('unaccounted_charges')
          .select('order_id')
          .where('store_hash', '=', storeHash)
          .where('order_id', '=', orderId),
      ).as('isUnaccounted'),
    ])
    .executeTakeFirstOrThrow()
  const paid = isPaid ? await findClosing(transaction, storeHash, orderId) : undefined
  if (paid) return { kind: 'fenced', by: toOrderAttempt(paid) }
  if (isUnaccounted) return { kind: 'charged_otherwise' }
  // Looked at here so that no permit is wasted; *sending* decides.
  const checkout =
    cartId === null
      ? 'free'
      : await checkoutStanding(transaction, { storeHash, cartId, orderId, mayBeOrdering: countsByCheckout })
  return checkout === 'free' ? null : { kind: 'checkout', standing: checkout }
}

/** However often someone asks for a closed order, the watch looks at it no more often than this. */
const askedLookGapMs = 60_000

/**
 * A charge of another application has closed the order. It may have been given back since, and the watch looks only every few days, so
 * this brings forward the look that may open the order again.
 */
export async function askForLook(
  database: Kysely<Tables>,
  storeHash: string,
  orderId: number,
  nowMs: number,
): Promise<void> {
  const latest = database
    .selectFrom('payment_attempts')
    .select('id')
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .where('status', 'in', FINAL_STATUSES)
    .where('sent_at_ms', 'is not', null)
    .orderBy('ended_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
  await database
    .updateTable('payment_attempts')
    .set({ next_watch_at_ms: nowMs })
    .where('id', 'in', latest)
    .where(({ eb, or }) =>
      or([eb('looked_at_ms', 'is', null), eb('looked_at_ms', '<=', nowMs - askedLookGapMs)]),
    )
    .where(({ eb, or }) => or([eb('next_watch_at_ms', 'is', null), eb('next_watch_at_ms', '>', nowMs)]))
    .execute()
}

/** The index `payment_attempts_holds_order` refuses the row when another attempt holds the order. */
const insertAttempt = (transaction: Transaction<Tables>, options: ClaimOptions) =>
  transaction
    .insertInto('payment_attempts')
    .values(attemptRow(options))
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()

/** An attempt as it is claimed. */
export const attemptRow = ({ storeHash, scope, attempt, nowMs }: ClaimOptions) => ({
  id: attempt.id,
  store_hash: storeHash,
  order_id: attempt.orderId,
  principal: scope.principal,
  customer_id: attempt.customerId,
  cart_id: attempt.cartId,
  checkout_id: attempt.cartId,
  instrument_type: attempt.instrumentType,
  payment_method_id: attempt.paymentMethodId,
  status: 'claimed' as const,
  holds_order: attempt.orderId,
  correlation_id: attempt.correlationId,
  request_id: attempt.requestId,
  created_at_ms: nowMs,
  updated_at_ms: nowMs,
})

/** The attempt that holds the order may belong to this same key: another request may have claimed it since we read the key. */
async function refusal(
  transaction: Transaction<Tables>,
  { storeHash, scope, attempt }: ClaimOptions,
  known: KnownKey | null,
): Promise<Claim> {
  const present = await findByKey(transaction, storeHash, scope)
  if (present?.attempt.id !== known?.attempt.id) throw new LostRace('another request took the key')
  const by = await findFence(transaction, storeHash, attempt.orderId)
  if (!by) throw new LostRace('the fence was gone before it could be read')
  return { kind: 'fenced', by }
}

/** @throws LostRace where another request took the key. */
export async function takeKey(
  transaction: Transaction<Tables>,
  { storeHash, scope, fingerprint, attempt, nowMs }: ClaimOptions,
  formerAttemptId: string | null,
): Promise<void> {
  const taken = await transaction
    .insertInto('idempotency_keys')
    .values({
      store_hash: storeHash,
      principal: scope.principal,
      operation: scope.operation,
      idempotency_key: scope.idempotencyKey,
      fingerprint,
      attempt_id: attempt.id,
      created_at_ms: nowMs,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['store_hash', 'principal', 'operation', 'idempotency_key'])
        .doUpdateSet({ attempt_id: attempt.id })
        .where('idempotency_keys.attempt_id', '=', formerAttemptId ?? ''),
    )
    .returning('attempt_id')
    .executeTakeFirst()
  // The request that took the key keeps it. Rolling back removes our fence as well.
  if (!taken) throw new LostRace('another request took the key')
}

/**
 * How long until one more attempt on the order, or on its checkout, may be made; 0 if now. Counts declines, but not payments whose answer was
 * lost, since that was not the shopper's failure. Asked once the order is fenced: from then on no other
 * attempt on it can end, so what is counted stays true.
 */
export async function failuresWaitSeconds(
  transaction: Transaction<Tables>,
  { storeHash, attempt, nowMs, failures, countsByCheckout }: ClaimOptions,
): Promise<number> {
  if (failures === null) return 0
  const ended = await transaction
    .selectFrom('payment_attempts')
    .select(['created_at_ms', 'status', 'problem_code'])
    .where('store_hash', '=', storeHash)
    .where(({ eb, or }) => {
      const ofOrder = eb('order_id', '=', attempt.orderId)
      return countsByCheckout && attempt.cartId !== null
        ? or([ofOrder, eb('checkout_id', '=', attempt.cartId)])
        : ofOrder
    })
    .where('created_at_ms', '>', nowMs - failures.windowMs)
    .where('status', '=', 'declined')
    .orderBy('created_at_ms', 'desc')
    .execute()
  const failed = ended.filter(({ status, problem_code }) => placeOf(status, problem_code) === 'declined')
  const first = failed[failures.failuresMax - 1]
  return first ? Math.ceil((first.created_at_ms + failures.windowMs - nowMs) / 1000) : 0
}
