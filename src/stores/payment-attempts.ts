import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import type { KeyScope, KnownKey } from '../domain/idempotency-key.ts'
import type { PaymentAnswer } from '../domain/payment-answer.ts'
import {
  isFinal,
  type NewAttempt,
  type OrderAttempt,
  type PaymentAttempt,
  type Settlement,
  statusesBefore,
} from '../domain/payment-attempt.ts'
import { PART_PAYING_TYPES } from '../domain/payment-instrument.ts'
import { hasNoUnaccounted, isAloneInCheckout, takeCheckout } from './checkout-fence.ts'
import { askForLook, type Claim, claimAttempt, type FailuresLimit } from './claim-attempt.ts'
import type { Tables } from './engine/tables.ts'
import { durably, transact, transactDurably, whenDurable, withoutFlush } from './engine/transact.ts'
import { findByKey, findByOrder, findEnded, findFence, NO_ORDER_YET } from './find-attempts.ts'
import { claimFirst, markSendingAtOnce, type Sending, succeedAtOnce } from './first-payment.ts'
import { settleAttempt } from './settle-attempt.ts'
import { type WriteEvents, writeNoEvents } from './write-events.ts'

/** The attempts to pay, and their keys. Each method throws Problem `store_unavailable` when the database fails. */
export interface PaymentAttempts {
  findByKey(scope: KeyScope): Promise<KnownKey | null>
  /** The attempt that holds an order, if one does. */
  findFence(orderId: number): Promise<OrderAttempt | null>
  /** Every attempt on an order, newest first. */
  findByOrder(orderId: number): Promise<OrderAttempt[]>
  /** Those of these attempts whose end is known, or is left to a person. */
  findEnded(ids: readonly string[]): Promise<string[]>
  /** Claims the key and fences the order, both or neither. */
  claim(scope: KeyScope, fingerprint: string, attempt: NewAttempt): Promise<Claim>
  /**
   * Writes down, before the first byte leaves, that the charge is being sent.
   *
   * @returns `sending` if it may be sent. Else it must not be: recovery has taken the attempt away or a charge has shown
   * (`not_ours`), or another order of the same checkout is being paid or has been.
   */
  markSending(id: string, sending: Sending): Promise<MarkedSending>
  /**
   * Writes down, before the first byte leaves, that a charge that was turned away is being sent once more.
   *
   * @returns false when recovery has taken the attempt away, or another charge of the order or of its checkout has shown: it must not be
   * sent then.
   */
  markSendingAgain(id: string): Promise<boolean>
  /**
   * Moves an attempt on, if it may still move there, and keeps its final answer with its key.
   *
   * @returns the attempt as it stands afterwards.
   */
  settle(
    id: string,
    settlement: Settlement,
    finalAnswer: (attempt: PaymentAttempt) => PaymentAnswer | null,
  ): Promise<PaymentAttempt>
}

export type MarkedSending = 'sending' | 'not_ours' | 'checkout_busy' | 'checkout_paid'

export interface PaymentAttemptsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
  /** How many attempts on one order may fail within a window; without it, any number. */
  readonly failures?: FailuresLimit | null
  /** Whether checkouts can be paid. */
  readonly countsByCheckout?: boolean
  /** Without it no event is written. */
  readonly writeEvents?: WriteEvents
}

/** Each is forgotten as it ends; far more than are ever sent at the same time. */
const beingSentMax = 1_000

export function createPaymentAttempts(options: PaymentAttemptsOptions): PaymentAttempts {
  const { database, storeHash, now, failures = null, writeEvents = writeNoEvents } = options
  const { countsByCheckout = false } = options
  /** As they were marked: what their end goes on from. */
  const beingSent = new Map<string, PaymentAttempt>()
  const remember = (marked: PaymentAttempt) => {
    const [oldest] = beingSent.keys()
    if (beingSent.size >= beingSentMax && oldest !== undefined) beingSent.delete(oldest)
    beingSent.set(marked.id, marked)
  }
  /** An end may be told once it is on the disk. */
  const toTell = async <T>(read: T, attempts: readonly PaymentAttempt[]): Promise<T> => {
    if (attempts.some(({ status }) => isFinal(status))) await whenDurable(database)
    return read
  }
  return {
    findByKey: (scope) =>
      transact(async () => {
        const known = await findByKey(database, storeHash, scope)
        return toTell(known, known ? [known.attempt] : [])
      }),
    findFence: (orderId) =>
      transact(async () => {
        const by = await findFence(database, storeHash, orderId)
        return by && toTell(by, [by])
      }),
    findByOrder: (orderId) =>
      transact(async () => {
        const attempts = await findByOrder(database, storeHash, orderId)
        return toTell(attempts, attempts)
      }),

    findEnded: (ids) => transact(() => findEnded(database, ids)),
    // If the claim is lost, nothing was sent. The flush of *sending* writes it to the disk too (decision 0029).
    claim: (scope, fingerprint, attempt) =>
      transact(async () => {
        const asked = { storeHash, scope, fingerprint, attempt, nowMs: now(), failures, countsByCheckout }
        const first = await claimFirst(database, asked)
        if (first) return { kind: 'claimed', attempt: first }
        const claim = await withoutFlush(database, (connection) =>
          connection.transaction().execute((transaction) => claimAttempt(transaction, asked)),
        )
        if (claim.kind === 'charged_otherwise')
          await askForLook(database, storeHash, attempt.orderId, asked.nowMs)
        // Anything else tells of another attempt.
        if (claim.kind !== 'claimed') await whenDurable(database)
        return claim
      }),

    markSending: (id, sending) =>
      transact(async () => {
        const nowMs = now()
        const marked = await markSendingAtOnce(database, id, sending, nowMs)
        if (marked) {
          remember(marked)
          return 'sending'
        }
        const about = { id, sending, storeHash, nowMs, countsByCheckout }
        return transactDurably(database, (transaction) => writeSendingOfCheckout(transaction, about))
      }),

    markSendingAgain: (id) =>
      transact(async () => {
        const taken = await durably(database, (queries) =>
          queries
            .updateTable('payment_attempts')
            .set({ updated_at_ms: now() })
            .where('id', '=', id)
            .where('status', '=', 'sending')
            .where(hasNoUnaccounted)
            .where(isAloneInCheckout)
            .where(hasNoSuccessSince)
            .returning('id')
            .executeTakeFirst(),
        )
        return taken !== undefined
      }),

    settle: (id, settlement, finalAnswer) =>
      transact(async () => {
        const sent = beingSent.get(id)
        beingSent.delete(id)
        const ended =
          sent && (await succeedAtOnce(database, sent, settlement, finalAnswer, now(), writeEvents))
        if (ended) return ended
        return transactDurably(database, (transaction) =>
          settleAttempt(transaction, id, settlement, finalAnswer, now(), writeEvents),
        )
      }),
  }
}

/** Marks an attempt that may still be sent. */
const marking = (
  queries: Pick<Kysely<Tables>, 'updateTable'>,
  id: string,
  { due, patIssuedAtMs, patExpiresAtMs, orderTotal }: Sending,
  nowMs: number,
) =>
  queries
    .updateTable('payment_attempts')
    .set({
      status: 'sending',
      amount: due.amount,
      currency: due.currency,
      pat_issued_at_ms: patIssuedAtMs,
      pat_expires_at_ms: patExpiresAtMs,
      order_total: orderTotal,
      sent_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .where('id', '=', id)
    .where('status', 'in', statusesBefore('sending'))
    // An attempt that is *ordering* has no order that could be charged.
    .where('order_id', '!=', NO_ORDER_YET)
    .where(hasNoUnaccounted)

/** A condition on an attempt that was sent: no other attempt on its order was found to have paid since, or has paid all of it. */
const hasNoSuccessSince = sql<SqlBool>`NOT EXISTS (
  SELECT 1 FROM payment_attempts AS other WHERE other.store_hash = payment_attempts.store_hash
    AND other.order_id = payment_attempts.order_id AND other.id <> payment_attempts.id AND other.status = 'succeeded'
    AND (other.ended_at_ms >= payment_attempts.sent_at_ms
      OR other.instrument_type NOT IN (${sql.join(PART_PAYING_TYPES.map((type) => sql.lit(type)))})))`

/** Writes *sending* for an order of a checkout, which is taken in the same transaction. */
async function writeSendingOfCheckout(
  transaction: Transaction<Tables>,
  about: {
    readonly id: string
    readonly sending: Sending
    readonly storeHash: string
    readonly nowMs: number
    readonly countsByCheckout: boolean
  },
): Promise<MarkedSending> {
  const { id, sending, storeHash, nowMs, countsByCheckout: mayBeOrdering } = about
  const marked = await marking(transaction, id, sending, nowMs)
    .where('cart_id', 'is not', null)
    .returning(['order_id', 'cart_id'])
    .executeTakeFirst()
  if (!marked?.cart_id) return 'not_ours'
  const { order_id: orderId, cart_id: cartId } = marked
  const asked = { storeHash, cartId, orderId, holder: id, nowMs, mayBeOrdering }
  const standing = await takeCheckout(transaction, asked)
  if (standing === 'free') return 'sending'
  // Nothing was sent, so *sending* is taken back and the claim stays as it was.
  await transaction
    .updateTable('payment_attempts')
    .set({ status: 'claimed', sent_at_ms: null })
    .where('id', '=', id)
    .execute()
  return `checkout_${standing}`
}
