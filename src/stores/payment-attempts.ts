import type { Kysely } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import type { Money } from '../domain/money.ts'
import type { PaymentAnswer } from '../domain/payment-answer.ts'
import { type AttemptStatus, type PaymentAttempt, statusesBefore } from '../domain/payment-attempt.ts'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import type { TransactionType } from '../domain/payment-outcome.ts'
import type { ProblemCode } from '../domain/problems.ts'
import { claimAttempt } from './claim-attempt.ts'
import type { Tables } from './engine/tables.ts'
import { guarded } from './engine/transact.ts'
import { unflushed } from './engine/without-flush.ts'
import { findByKey, findByOrder, findFence } from './find-attempts.ts'
import type { FailuresLimit } from './order-failures.ts'
import { settleAttempt } from './settle-attempt.ts'

/** Whose key it is and for what: a key means nothing outside its principal and operation. */
export interface KeyScope {
  readonly principal: string
  readonly operation: string
  readonly idempotencyKey: string
}

/** What a key already stands for. */
export interface KnownKey {
  readonly fingerprint: string
  readonly attempt: PaymentAttempt
  /** The final answer; null while there is none. */
  readonly answer: PaymentAnswer | null
}

export interface NewAttempt {
  readonly id: string
  readonly orderId: number
  readonly customerId: number | null
  readonly instrumentType: InstrumentType
  readonly paymentMethodId: string
  readonly correlationId: string
  readonly requestId: string
}

export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: PaymentAttempt }
  | { readonly kind: 'known'; readonly known: KnownKey }
  /** Another attempt is alive on the order, or has paid it. */
  | { readonly kind: 'fenced'; readonly by: PaymentAttempt }
  /** Too many attempts on the order have failed of late. */
  | { readonly kind: 'blocked'; readonly retryAfterSeconds: number }

export interface Settlement {
  readonly status: AttemptStatus
  readonly transactionType?: TransactionType
  readonly bigcommercePaymentId?: string
  readonly bigcommerceCode?: number | null
  readonly problemCode?: ProblemCode
}

/** The ledger. Each method throws Problem `store_unavailable` when the database fails it. */
export interface PaymentAttempts {
  findByKey(scope: KeyScope): Promise<KnownKey | null>
  /** The attempt that holds an order's fence, if one does. */
  findFence(orderId: number): Promise<PaymentAttempt | null>
  /** Every attempt on an order, newest first. */
  findByOrder(orderId: number): Promise<PaymentAttempt[]>
  /** Claims the key and fences the order, both or neither. */
  claim(scope: KeyScope, fingerprint: string, attempt: NewAttempt): Promise<Claim>
  /**
   * Puts on record, before the first byte leaves, that the charge is being sent.
   *
   * @returns false when the attempt is no longer ours to send.
   */
  markSending(id: string, due: Money, patExpiresAtMs: number): Promise<boolean>
  /**
   * Puts on record that the charge was turned away unread and that nothing is out, before it is tried once more.
   *
   * @returns false when the attempt is no longer ours to send.
   */
  takeBack(id: string): Promise<boolean>
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

export interface PaymentAttemptsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
  /** How many attempts on one order may fail within a window; without it any number may. */
  readonly failures?: FailuresLimit | null
}

export function createPaymentAttempts(options: PaymentAttemptsOptions): PaymentAttempts {
  const { database, storeHash, now, failures = null } = options
  return {
    findByKey: (scope) => guarded(() => findByKey(database, storeHash, scope)),
    findFence: (orderId) => guarded(() => findFence(database, storeHash, orderId)),
    findByOrder: (orderId) => guarded(() => findByOrder(database, storeHash, orderId)),

    // Of a claim that is lost nothing was sent; *sending* takes it along to the disk (decision 0029).
    claim: (scope, fingerprint, attempt) =>
      guarded(() =>
        unflushed(database, (connection) =>
          connection
            .transaction()
            .execute((transaction) =>
              claimAttempt(transaction, { storeHash, scope, fingerprint, attempt, nowMs: now(), failures }),
            ),
        ),
      ),

    markSending: (id, due, patExpiresAtMs) =>
      guarded(async () => {
        const nowMs = now()
        const { amount, currency } = due
        const marked = await database
          .updateTable('payment_attempts')
          .set({
            status: 'sending',
            amount,
            currency,
            pat_expires_at_ms: patExpiresAtMs,
            sent_at_ms: nowMs,
            updated_at_ms: nowMs,
          })
          .where('id', '=', id)
          .where('status', 'in', statusesBefore('sending'))
          .returning('id')
          .executeTakeFirst()
        return marked !== undefined
      }),

    takeBack: (id) =>
      guarded(async () => {
        const taken = await database
          .updateTable('payment_attempts')
          .set({ status: 'claimed', updated_at_ms: now() })
          .where('id', '=', id)
          .where('status', 'in', statusesBefore('claimed'))
          .returning('id')
          .executeTakeFirst()
        return taken !== undefined
      }),

    settle: (id, settlement, finalAnswer) =>
      guarded(() =>
        database
          .transaction()
          .execute((transaction) =>
            settleAttempt(transaction, { id, settlement, finalAnswer, nowMs: now() }),
          ),
      ),
  }
}
