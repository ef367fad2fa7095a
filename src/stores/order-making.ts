import { type Kysely, sql, type Transaction } from 'kysely'
import { type CartState, MAKINGS_MAX, MAKINGS_WITHIN_MS, nextMakingLookMs } from '../domain/checkout.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import type { Tables } from './engine/tables.ts'
import { NO_ORDER_YET, toAttempt } from './find-attempts.ts'

/** A making whose answer was lost. */
export interface OrderMaking {
  /** The payment for which the order was to be made. */
  readonly attempt: PaymentAttempt
  readonly checkoutId: string
  /** What the cart was when the order was asked for. */
  readonly cart: CartState
  /** The largest number of an order of the checkout before; 0 for none. */
  readonly newestOrder: number
}

/** The result of a look for the order of a making: the order, or nothing. A look that could not read everything proves nothing. */
export type MakingLook =
  | { readonly kind: 'found'; readonly orderId: number }
  | { readonly kind: 'empty' | 'failed' }

/** Longer than all pages of a cart's orders are read with all tries. */
const leaseMs = 20_000

/** How often BigCommerce was asked to make an order of a checkout, and for how many of these we still look for the order. */
export async function countMakings(
  transaction: Transaction<Tables>,
  storeHash: string,
  checkoutId: string,
): Promise<{ readonly makings: number; readonly open: number }> {
  const { makings, open } = await transaction
    .selectFrom('order_makings')
    .select(({ fn }) => [
      fn.countAll<number | string>().as('makings'),
      fn.count<number | string>('next_look_at_ms').as('open'),
    ])
    .where('store_hash', '=', storeHash)
    .where('checkout_id', '=', checkoutId)
    .executeTakeFirstOrThrow()
  return { makings: Number(makings), open: Number(open) }
}

/** How long until one more order may be made of a checkout, in seconds; 0 if now. */
export async function makingsWaitSeconds(
  transaction: Transaction<Tables>,
  storeHash: string,
  checkoutId: string,
  nowMs: number,
): Promise<number> {
  const begun = await transaction
    .selectFrom('order_makings')
    .select('begun_at_ms')
    .where('store_hash', '=', storeHash)
    .where('checkout_id', '=', checkoutId)
    .where('begun_at_ms', '>', nowMs - MAKINGS_WITHIN_MS)
    .orderBy('begun_at_ms', 'desc')
    .limit(MAKINGS_MAX)
    .execute()
  const first = begun[MAKINGS_MAX - 1]
  return first ? Math.ceil((first.begun_at_ms + MAKINGS_WITHIN_MS - nowMs) / 1_000) : 0
}

/**
 * Writes down which order a making has made. If nothing else has taken the checkout or the payment meanwhile, the checkout is bound to
 * that order and the payment goes on with it. So each step checks what it starts from.
 *
 * @returns the payment as it stands afterwards.
 */
export async function noteMade(
  transaction: Transaction<Tables>,
  attemptId: string,
  orderId: number,
  nowMs: number,
): Promise<PaymentAttempt | null> {
  await transaction
    .updateTable('order_makings')
    .set({ order_id: orderId, next_look_at_ms: null, leased_until_ms: null })
    .where('attempt_id', '=', attemptId)
    .execute()
  const bound = await transaction
    .updateTable('checkouts')
    .set({ order_id: orderId, updated_at_ms: nowMs })
    .where('holder', '=', attemptId)
    .where('order_id', 'is', null)
    .where(isOfMaking(attemptId))
    .returning('holder')
    .executeTakeFirst()
  if (bound) await giveOrder(transaction, attemptId, orderId, nowMs)
  const row = await transaction
    .selectFrom('payment_attempts')
    .selectAll()
    .where('id', '=', attemptId)
    .executeTakeFirst()
  return row ? toAttempt(row) : null
}

/** The row of a making's checkout, found by its key. */
const isOfMaking = (attemptId: string) => sql<boolean>`(store_hash, checkout_id) IN (
  SELECT store_hash, checkout_id FROM order_makings WHERE attempt_id = ${attemptId})`

/** The payment that waits for the order holds it from now on, unless another one does. */
async function giveOrder(
  transaction: Transaction<Tables>,
  attemptId: string,
  orderId: number,
  nowMs: number,
): Promise<void> {
  await transaction
    .updateTable('payment_attempts')
    .set({ order_id: orderId, holds_order: orderId, updated_at_ms: nowMs })
    .where('id', '=', attemptId)
    .where('status', '=', 'claimed')
    .where('order_id', '=', NO_ORDER_YET)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('payment_attempts as other')
            .select('other.id')
            .whereRef('other.store_hash', '=', 'payment_attempts.store_hash')
            .where('other.holds_order', '=', orderId),
        ),
      ),
    )
    .execute()
}

/** Nothing was made: the checkout is free again, and the making does not count. */
export async function noteNotMade(transaction: Transaction<Tables>, attemptId: string): Promise<void> {
  await freeCheckout(transaction, attemptId)
  await transaction.deleteFrom('order_makings').where('attempt_id', '=', attemptId).execute()
}

const freeCheckout = (transaction: Transaction<Tables>, attemptId: string) =>
  transaction
    .deleteFrom('checkouts')
    .where('holder', '=', attemptId)
    .where('order_id', 'is', null)
    .where(isOfMaking(attemptId))
    .execute()

/** Takes makings whose order is to be looked for now. No other instance gets them until the lease ends. */
export async function leaseMakings(
  database: Kysely<Tables>,
  storeHash: string,
  nowMs: number,
  limit: number,
): Promise<OrderMaking[]> {
  const isFree = sql<boolean>`(leased_until_ms IS NULL OR leased_until_ms <= ${nowMs})`
  const due = database
    .selectFrom('order_makings')
    .select('attempt_id')
    .where('store_hash', '=', storeHash)
    .where('next_look_at_ms', '<=', nowMs)
    .where(isFree)
    .orderBy('next_look_at_ms')
    .limit(limit)
  // The condition is there twice, since between choosing and taking another instance may have taken the making.
  const leased = await database
    .updateTable('order_makings')
    .set({ leased_until_ms: nowMs + leaseMs })
    .where('attempt_id', 'in', due)
    .where('next_look_at_ms', '<=', nowMs)
    .where(isFree)
    .returning(['attempt_id', 'checkout_id', 'newest_order', 'cart_contents', 'cart_edited_at_ms'])
    .execute()
  if (leased.length === 0) return []
  const ids = leased.map(({ attempt_id: id }) => id)
  const rows = await database.selectFrom('payment_attempts').selectAll().where('id', 'in', ids).execute()
  return rows.flatMap((row) => {
    const making = leased.find(({ attempt_id: id }) => id === row.id)
    if (!making) return []
    const { checkout_id: checkoutId, newest_order: newestOrder } = making
    const cart = { contents: making.cart_contents, editedAtMs: making.cart_edited_at_ms }
    return [{ attempt: toAttempt(row), checkoutId, cart, newestOrder }]
  })
}

/** Writes down what a look for the order of a making has brought. */
export async function concludeMaking(
  transaction: Transaction<Tables>,
  attemptId: string,
  look: MakingLook,
  nowMs: number,
): Promise<void> {
  if (look.kind === 'found') {
    await noteMade(transaction, attemptId, look.orderId, nowMs)
    return
  }
  const making = await transaction
    .selectFrom('order_makings')
    .select(['begun_at_ms', 'empty_looks'])
    .where('attempt_id', '=', attemptId)
    .where('next_look_at_ms', 'is not', null)
    .executeTakeFirst()
  if (!making) return
  const emptyLooks = making.empty_looks + (look.kind === 'empty' ? 1 : 0)
  // Only a look that has read everything can be the last.
  const next = nextMakingLookMs(making.begun_at_ms, look.kind === 'empty' ? emptyLooks : 0, nowMs)
  await transaction
    .updateTable('order_makings')
    .set({ empty_looks: emptyLooks, next_look_at_ms: next, leased_until_ms: null })
    .where('attempt_id', '=', attemptId)
    .execute()
  if (next === null) await freeCheckout(transaction, attemptId)
}
