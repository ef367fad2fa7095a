import type { Kysely, Transaction } from 'kysely'
import { type CartState, type MadeOrder, nextMakingLookMs } from '../domain/checkout.ts'
import type { Clock } from '../domain/clock.ts'
import { isFreeAgain, type KeyScope, type KnownKey } from '../domain/idempotency-key.ts'
import { mayHaveCharged, type NewAttempt, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { lockCheckout, writeCheckout } from './checkout-fence.ts'
import { attemptRow, type FailuresLimit, failuresWaitSeconds, takeKey } from './claim-attempt.ts'
import type { Tables } from './engine/tables.ts'
import { transact } from './engine/transact.ts'
import { findByKey, findByOrder, NO_ORDER_YET, toAttempt } from './find-attempts.ts'
import {
  concludeMaking,
  countMakings,
  leaseMakings,
  type MakingLook,
  makingsWaitSeconds,
  noteMade,
  noteNotMade,
  type OrderMaking,
} from './order-making.ts'

/** What the ledger knows of a checkout. */
export interface CheckoutRecord {
  /** The order that it is bound to; null for none. */
  readonly boundTo: number | null
  /** The payment for which its order is being made; null where none is. It may have ended, and the making's answer be lost. */
  readonly ordering: PaymentAttempt | null
  /** Its orders that this service had made. */
  readonly made: readonly MadeOrder[]
  /** How often an order was asked to be made of it, whatever came of that. */
  readonly makings: number
  /** Every payment of it, and on the order that it is bound to, newest first. */
  readonly payments: readonly PaymentAttempt[]
}

/** What an attempt is when it is claimed before there is an order. */
export type NewOrdering = Omit<NewAttempt, 'orderId' | 'cartId'> & {
  readonly checkoutId: string
  /** What it was decided on; the claim is refused where either has changed. A request may stand still for long in between. */
  readonly boundTo: number | null
  readonly makings: number
  readonly cart: CartState
  /** The largest number of an order of the checkout; 0 for none. */
  readonly newestOrder: number
}

export type OrderingClaim =
  /** *ordering* is on record: the order may be made, once. */
  | { readonly kind: 'claimed'; readonly attempt: PaymentAttempt }
  | { readonly kind: 'known'; readonly known: KnownKey }
  /** The checkout is not as it was when it was decided to make an order: decide again. */
  | { readonly kind: 'changed' }
  /** Too many payments of the checkout failed within the window, or too many orders were made of it. */
  | { readonly kind: 'blocked' | 'too_many_orders'; readonly retryAfterSeconds: number }

/** The checkouts that are paid. Each method throws Problem `store_unavailable` when the database fails. */
export interface Checkouts {
  find(checkoutId: string): Promise<CheckoutRecord>
  /** Claims the key and the checkout, and writes *ordering*, before BigCommerce is asked to make an order. */
  claimOrdering(scope: KeyScope, fingerprint: string, ordering: NewOrdering): Promise<OrderingClaim>
  /** @returns the payment as it stands: with its order, unless it or the checkout was taken away meanwhile. */
  noteMade(attemptId: string, orderId: number): Promise<PaymentAttempt | null>
  /** BigCommerce has certainly made no order: the checkout is free again. */
  noteNotMade(attemptId: string): Promise<void>
  /** Takes makings whose order is to be looked for now, for as long as a look takes. */
  leaseMakings(limit: number): Promise<OrderMaking[]>
  concludeMaking(attemptId: string, look: MakingLook): Promise<void>
  /** Asks for a look at once for the order that is being made of a checkout. */
  wakeMakings(checkoutId: string): Promise<void>
}

export interface CheckoutsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
  readonly failures?: FailuresLimit | null
}

export function createCheckouts({ database, storeHash, now, failures = null }: CheckoutsOptions): Checkouts {
  const inTransaction = <T>(work: (transaction: Transaction<Tables>) => Promise<T>) =>
    transact(() => database.transaction().execute(work))

  return {
    find: (checkoutId) => transact(() => findCheckout(database, storeHash, checkoutId)),
    claimOrdering: (scope, fingerprint, ordering) =>
      inTransaction((transaction) =>
        claimOrdering(transaction, {
          storeHash,
          scope,
          fingerprint,
          ordering,
          nowMs: now(),
          failures,
        }),
      ),
    noteMade: (attemptId, orderId) =>
      inTransaction((transaction) => noteMade(transaction, attemptId, orderId, now())),
    noteNotMade: (attemptId) => inTransaction((transaction) => noteNotMade(transaction, attemptId)),
    leaseMakings: (limit) => transact(() => leaseMakings(database, storeHash, now(), limit)),
    concludeMaking: (attemptId, look) =>
      inTransaction((transaction) => concludeMaking(transaction, attemptId, look, now())),
    wakeMakings: (checkoutId) =>
      transact(async () => {
        await database
          .updateTable('order_makings')
          .set({ next_look_at_ms: now() })
          .where('store_hash', '=', storeHash)
          .where('checkout_id', '=', checkoutId)
          .where('next_look_at_ms', 'is not', null)
          .execute()
      }),
  }
}

async function findCheckout(
  queries: Kysely<Tables>,
  storeHash: string,
  checkoutId: string,
): Promise<CheckoutRecord> {
  const row = await queries
    .selectFrom('checkouts')
    .innerJoin('payment_attempts', 'payment_attempts.id', 'checkouts.holder')
    .selectAll('payment_attempts')
    .select('checkouts.order_id as bound_to')
    .where('checkouts.store_hash', '=', storeHash)
    .where('checkouts.checkout_id', '=', checkoutId)
    .executeTakeFirst()
  const boundTo = row?.bound_to ?? null
  const made = await queries
    .selectFrom('order_makings')
    .select(['order_id', 'cart_contents', 'cart_edited_at_ms'])
    .where('store_hash', '=', storeHash)
    .where('checkout_id', '=', checkoutId)
    .execute()
  return {
    boundTo,
    ordering: row && boundTo === null ? toAttempt(row) : null,
    made: made.flatMap(({ order_id: orderId, cart_contents: contents, cart_edited_at_ms: editedAtMs }) =>
      orderId === null ? [] : [{ orderId, cart: { contents, editedAtMs } }],
    ),
    makings: made.length,
    payments: await findPayments(queries, storeHash, checkoutId, boundTo),
  }
}

/** Those that name the checkout, and those on its order that were made while checkouts could not be paid. */
async function findPayments(
  queries: Kysely<Tables>,
  storeHash: string,
  checkoutId: string,
  boundTo: number | null,
): Promise<PaymentAttempt[]> {
  const rows = await queries
    .selectFrom('payment_attempts')
    .selectAll()
    .where('store_hash', '=', storeHash)
    .where('checkout_id', '=', checkoutId)
    .execute()
  const named = rows.map(toAttempt)
  const bound = boundTo === null ? [] : await findByOrder(queries, storeHash, boundTo)
  const all = new Map<string, PaymentAttempt>([...named, ...bound].map((payment) => [payment.id, payment]))
  return [...all.values()].sort(
    (one, other) => other.createdAtMs - one.createdAtMs || (one.id < other.id ? -1 : 1),
  )
}

interface OrderingClaimOptions {
  readonly storeHash: string
  readonly scope: KeyScope
  readonly fingerprint: string
  readonly ordering: NewOrdering
  readonly nowMs: number
  readonly failures: FailuresLimit | null
}

/** @throws LostRace where another request took the key meanwhile. */
async function claimOrdering(
  transaction: Transaction<Tables>,
  { storeHash, scope, fingerprint, ordering, nowMs, failures }: OrderingClaimOptions,
): Promise<OrderingClaim> {
  const { checkoutId, boundTo, makings, cart, newestOrder } = ordering
  const known = await findByKey(transaction, storeHash, scope)
  if (known && !isFreeAgain(known, fingerprint)) return { kind: 'known', known }

  const row = await lockCheckout(transaction, storeHash, checkoutId)
  if (row && (row.orderId === null || row.orderId !== boundTo)) return { kind: 'changed' }
  const payments = await findPayments(transaction, storeHash, checkoutId, row?.orderId ?? null)
  // While one has paid something, or may have, no other order of the checkout may be paid.
  if (payments.some(({ status }) => mayHaveCharged(status))) return { kind: 'changed' }
  const made = await countMakings(transaction, storeHash, checkoutId)
  // Where another order of it was paid for meanwhile, the row no longer tells of one that is still looked for.
  if (made.makings !== makings || made.open > 0) return { kind: 'changed' }

  const attempt = { ...ordering, orderId: NO_ORDER_YET, cartId: checkoutId }
  const claim = { storeHash, scope, fingerprint, attempt, nowMs, failures, countsByCheckout: true }
  const blockedForSeconds = await failuresWaitSeconds(transaction, claim)
  if (blockedForSeconds > 0) return { kind: 'blocked', retryAfterSeconds: blockedForSeconds }
  const retryAfterSeconds = await makingsWaitSeconds(transaction, storeHash, checkoutId, nowMs)
  if (retryAfterSeconds > 0) return { kind: 'too_many_orders', retryAfterSeconds }

  const inserted = await transaction
    .insertInto('payment_attempts')
    .values({ ...attemptRow(claim), holds_order: null })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirstOrThrow()
  await takeKey(transaction, claim, known?.attempt.id ?? null)
  await transaction
    .insertInto('order_makings')
    .values({
      attempt_id: attempt.id,
      store_hash: storeHash,
      checkout_id: checkoutId,
      cart_contents: cart.contents,
      cart_edited_at_ms: cart.editedAtMs,
      begun_at_ms: nowMs,
      newest_order: newestOrder,
      next_look_at_ms: nextMakingLookMs(nowMs, 0, nowMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await writeCheckout(
    transaction,
    { storeHash, cartId: checkoutId, orderId: null, holder: attempt.id, nowMs },
    row,
  )
  return { kind: 'claimed', attempt: toAttempt(inserted) }
}
