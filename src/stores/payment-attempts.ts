import type { Kysely } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import type { KeyScope, KnownKey } from '../domain/idempotency-key.ts'
import type { Money } from '../domain/money.ts'
import type { PaymentAnswer } from '../domain/payment-answer.ts'
import {
  type NewAttempt,
  type PaymentAttempt,
  type Settlement,
  statusesBefore,
} from '../domain/payment-attempt.ts'
import { type Claim, claimAttempt, type FailuresLimit } from './claim-attempt.ts'
import type { Tables } from './engine/tables.ts'
import { transact } from './engine/transact.ts'
import { withoutFlush } from './engine/without-flush.ts'
import { findByKey, findByOrder, findFence } from './find-attempts.ts'
import { settleAttempt } from './settle-attempt.ts'

/** The attempts to pay, and their keys. Each method throws Problem `store_unavailable` when the database fails. */
export interface PaymentAttempts {
  findByKey(scope: KeyScope): Promise<KnownKey | null>
  /** The attempt that holds an order, if one does. */
  findFence(orderId: number): Promise<PaymentAttempt | null>
  /** Every attempt on an order, newest first. */
  findByOrder(orderId: number): Promise<PaymentAttempt[]>
  /** Claims the key and fences the order, both or neither. */
  claim(scope: KeyScope, fingerprint: string, attempt: NewAttempt): Promise<Claim>
  /**
   * Writes down, before the first byte leaves, that the charge is being sent.
   *
   * @returns false when recovery has taken the attempt away: it must not be sent then.
   */
  markSending(id: string, sending: Sending): Promise<boolean>
  /**
   * Writes down, before the first byte leaves, that a charge that was turned away is being sent once more.
   *
   * @returns false when recovery has taken the attempt away: it must not be sent then.
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

/** What is known of a charge as it is about to leave. */
export interface Sending {
  /** What it will charge, from the PAT's claims. */
  readonly due: Money
  /** By BigCommerce's clock: when the PAT was made, and until when a payment can begin with it. */
  readonly patIssuedAtMs: number | null
  readonly patExpiresAtMs: number
  /** What the whole order costs, in minor units; null where the order was not read. */
  readonly orderTotal: number | null
}

export interface PaymentAttemptsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
  /** How many attempts on one order may fail within a window; without it, any number. */
  readonly failures?: FailuresLimit | null
}

export function createPaymentAttempts(options: PaymentAttemptsOptions): PaymentAttempts {
  const { database, storeHash, now, failures = null } = options
  return {
    findByKey: (scope) => transact(() => findByKey(database, storeHash, scope)),
    findFence: (orderId) => transact(() => findFence(database, storeHash, orderId)),
    findByOrder: (orderId) => transact(() => findByOrder(database, storeHash, orderId)),

    // If the claim is lost, nothing was sent. The flush of *sending* takes it along to the disk (decision 0029).
    claim: (scope, fingerprint, attempt) =>
      transact(() =>
        withoutFlush(database, (connection) =>
          connection
            .transaction()
            .execute((transaction) =>
              claimAttempt(transaction, { storeHash, scope, fingerprint, attempt, nowMs: now(), failures }),
            ),
        ),
      ),

    markSending: (id, { due, patIssuedAtMs, patExpiresAtMs, orderTotal }) =>
      transact(async () => {
        const nowMs = now()
        const { amount, currency } = due
        const marked = await database
          .updateTable('payment_attempts')
          .set({
            status: 'sending',
            amount,
            currency,
            pat_issued_at_ms: patIssuedAtMs,
            pat_expires_at_ms: patExpiresAtMs,
            order_total: orderTotal,
            sent_at_ms: nowMs,
            updated_at_ms: nowMs,
          })
          .where('id', '=', id)
          .where('status', 'in', statusesBefore('sending'))
          .returning('id')
          .executeTakeFirst()
        return marked !== undefined
      }),

    markSendingAgain: (id) =>
      transact(async () => {
        const taken = await database
          .updateTable('payment_attempts')
          .set({ updated_at_ms: now() })
          .where('id', '=', id)
          .where('status', '=', 'sending')
          .returning('id')
          .executeTakeFirst()
        return taken !== undefined
      }),

    settle: (id, settlement, finalAnswer) =>
      transact(() =>
        database
          .transaction()
          .execute((transaction) => settleAttempt(transaction, id, settlement, finalAnswer, now())),
      ),
  }
}
