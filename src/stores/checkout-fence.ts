import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely'
import { type AttemptStatus, MAY_HAVE_CHARGED } from '../domain/payment-attempt.ts'
import { dialectOf, waitForTurn } from './engine/dialect.ts'
import type { Tables } from './engine/tables.ts'
import { LostRace } from './engine/transact.ts'

/**
 * BigCommerce makes as many orders from one checkout as you ask for, and each can be paid. So one row for each checkout names the
 * one order that may be charged. Even that order may be charged only if no attempt on another order of the checkout has succeeded, or
 * is sent and has no end; a part paid by gift certificate is money too. If money shows late, two orders of a checkout may have some.
 * Then none of them is charged any more.
 */
export type CheckoutStanding = 'free' | 'busy' | 'paid'

interface Asked {
  readonly storeHash: string
  /** The order's `cart_id`, in lower case. */
  readonly cartId: string
  readonly orderId: number
  /** Whether checkouts can be paid: then its order may be being made, and no other one is charged meanwhile. */
  readonly mayBeOrdering: boolean
}

/** Whether this order may be charged, as far as we can see now. `takeCheckout` decides. */
export async function checkoutStanding(queries: Kysely<Tables>, asked: Asked): Promise<CheckoutStanding> {
  const { storeHash, cartId, orderId } = asked
  if (asked.mayBeOrdering && (await isOrdering(queries, asked))) return 'busy'
  const ofOrders = queries
    .selectFrom('payment_attempts')
    .select('status')
    .where('store_hash', '=', storeHash)
    .where('checkout_id', '=', cartId)
    .where('order_id', '!=', orderId)
    .where('status', 'in', MAY_HAVE_CHARGED)
  // These are older than the column that names the checkout. As one condition, Postgres would use neither index.
  const ofNamed = queries
    .selectFrom('checkouts')
    .innerJoin('payment_attempts', (join) =>
      join
        .onRef('payment_attempts.store_hash', '=', 'checkouts.store_hash')
        .onRef('payment_attempts.order_id', '=', 'checkouts.order_id'),
    )
    .select('payment_attempts.status')
    .where('checkouts.store_hash', '=', storeHash)
    .where('checkouts.checkout_id', '=', cartId)
    .where('checkouts.order_id', '!=', orderId)
    .where('payment_attempts.status', 'in', MAY_HAVE_CHARGED)
  // BigCommerce shows a charge on another of its orders that no payment here accounts for.
  const unaccounted = queries
    .selectFrom('payment_attempts')
    .innerJoin('unaccounted_charges', (join) =>
      join
        .onRef('unaccounted_charges.store_hash', '=', 'payment_attempts.store_hash')
        .onRef('unaccounted_charges.order_id', '=', 'payment_attempts.order_id'),
    )
    .select(sql.lit('succeeded' as AttemptStatus).as('status'))
    .where('payment_attempts.store_hash', '=', storeHash)
    .where('payment_attempts.checkout_id', '=', cartId)
    .where('payment_attempts.order_id', '!=', orderId)
  const held = await ofOrders.unionAll(ofNamed).unionAll(unaccounted).execute()
  if (held.length === 0) return 'free'
  // If one has succeeded, say that rather than that another has no end.
  return held.some(({ status }) => status === 'succeeded') ? 'paid' : 'busy'
}

const mayHaveCharged = sql.join(MAY_HAVE_CHARGED.map((status) => sql.lit(status)))

/** Of an attempt: BigCommerce shows no charge on its order that no payment here accounts for. */
export const hasNoUnaccounted = sql<SqlBool>`NOT EXISTS (
  SELECT 1 FROM unaccounted_charges WHERE unaccounted_charges.store_hash = payment_attempts.store_hash
    AND unaccounted_charges.order_id = payment_attempts.order_id)`

/** Of an attempt: no other order of its checkout has money, or may have. */
export const isAloneInCheckout = sql<SqlBool>`(cart_id IS NULL OR (
  NOT EXISTS (
    SELECT 1 FROM payment_attempts AS other WHERE other.store_hash = payment_attempts.store_hash
      AND other.checkout_id = payment_attempts.cart_id AND other.order_id <> payment_attempts.order_id
      AND other.status IN (${mayHaveCharged}))
  AND NOT EXISTS (
    SELECT 1 FROM payment_attempts AS other
    JOIN unaccounted_charges AS charge ON charge.store_hash = other.store_hash AND charge.order_id = other.order_id
    WHERE other.store_hash = payment_attempts.store_hash AND other.checkout_id = payment_attempts.cart_id
      AND other.order_id <> payment_attempts.order_id)))`

/** Whether a payment that is running has its order made of the checkout. A making whose payment has ended holds up no other. */
async function isOrdering(queries: Kysely<Tables>, { storeHash, cartId }: Asked): Promise<boolean> {
  const running = await queries
    .selectFrom('checkouts')
    .innerJoin('payment_attempts', 'payment_attempts.id', 'checkouts.holder')
    .select('payment_attempts.id')
    .where('checkouts.store_hash', '=', storeHash)
    .where('checkouts.checkout_id', '=', cartId)
    .where('checkouts.order_id', 'is', null)
    .where('payment_attempts.status', '=', 'claimed')
    .executeTakeFirst()
  return running !== undefined
}

/** What the row of a checkout names: its order, null while it is being made, and the payment that took it. */
export interface CheckoutRow {
  readonly holder: string
  readonly orderId: number | null
}

/** The row of a checkout, which from then on no other transaction changes before this one ends; null where there is none. */
export async function lockCheckout(
  transaction: Transaction<Tables>,
  storeHash: string,
  checkoutId: string,
): Promise<CheckoutRow | null> {
  // Only one transaction at a time for a checkout: a statement that waits for another's row still judges by what it saw before.
  await waitForTurn(transaction, `checkout ${storeHash} ${checkoutId}`)
  // An attempt on the order that the row names writes *sending* in one statement, which locks the row and takes no turn. Until
  // that has ended, we cannot see its status.
  const row = await transaction
    .selectFrom('checkouts')
    .select(['holder', 'order_id'])
    .where('store_hash', '=', storeHash)
    .where('checkout_id', '=', checkoutId)
    .$if(dialectOf(transaction).name === 'Postgres', (query) => query.forUpdate())
    .executeTakeFirst()
  return row ? { holder: row.holder, orderId: row.order_id } : null
}

/**
 * Takes a checkout for an order, in the transaction that writes *sending*, so that the next one to ask sees it.
 *
 * @returns `free` if it is this order's now.
 */
export async function takeCheckout(
  transaction: Transaction<Tables>,
  asked: Asked & { readonly holder: string; readonly nowMs: number },
): Promise<CheckoutStanding> {
  const { storeHash, cartId, orderId, holder, nowMs } = asked
  const row = await lockCheckout(transaction, storeHash, cartId)
  const standing = await checkoutStanding(transaction, asked)
  if (standing !== 'free') return standing
  await writeCheckout(transaction, { storeHash, cartId, orderId, holder, nowMs }, row)
  return 'free'
}

/**
 * Names the order of a checkout that was locked. An attempt that writes *sending* in one statement takes no turn: where there was no row to
 * lock, it may have made one meanwhile.
 *
 * @throws LostRace where it has: roll back and ask again.
 */
export async function writeCheckout(
  transaction: Transaction<Tables>,
  {
    storeHash,
    cartId,
    orderId,
    holder,
    nowMs,
  }: Pick<Asked, 'storeHash' | 'cartId'> & {
    readonly orderId: number | null
    readonly holder: string
    readonly nowMs: number
  },
  locked: CheckoutRow | null,
): Promise<void> {
  const taken = { order_id: orderId, holder, updated_at_ms: nowMs }
  const done = locked
    ? await transaction
        .updateTable('checkouts')
        .set(taken)
        .where('store_hash', '=', storeHash)
        .where('checkout_id', '=', cartId)
        .returning('holder')
        .executeTakeFirst()
    : await transaction
        .insertInto('checkouts')
        .values({ store_hash: storeHash, checkout_id: cartId, ...taken })
        .onConflict((conflict) => conflict.doNothing())
        .returning('holder')
        .executeTakeFirst()
  if (!done) throw new LostRace('another payment took the checkout')
}

/**
 * A charge that shows late takes its checkout back, so that callers who ask for the checkout learn of the payment. The attempts on the
 * order that the row named before go on. The order that it names now can see them, even those that do not name their checkout yet.
 */
export async function bringCheckoutBack(
  transaction: Transaction<Tables>,
  {
    storeHash,
    cartId,
    orderId,
    holder,
    nowMs,
  }: Omit<Asked, 'mayBeOrdering'> & {
    readonly holder: string
    readonly nowMs: number
  },
): Promise<void> {
  await transaction
    .updateTable('payment_attempts')
    .set({ checkout_id: cartId })
    .where('store_hash', '=', storeHash)
    .where('order_id', 'in', (queries) =>
      queries
        .selectFrom('checkouts')
        .select('order_id')
        .where('store_hash', '=', storeHash)
        .where('checkout_id', '=', cartId),
    )
    .where('cart_id', '=', cartId)
    .where('checkout_id', 'is', null)
    .execute()
  await transaction
    .updateTable('checkouts')
    .set({ order_id: orderId, holder, updated_at_ms: nowMs })
    .where('store_hash', '=', storeHash)
    .where('checkout_id', '=', cartId)
    .where(({ eb, or }) => or([eb('order_id', '!=', orderId), eb('order_id', 'is', null)]))
    .execute()
}
