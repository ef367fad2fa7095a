import { type Kysely, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import type { PriorOutcomes } from '../domain/evidence.ts'
import {
  FINAL_STATUSES,
  type PaymentAttempt,
  type QuietLooks,
  UNSETTLED_STATUSES,
} from '../domain/payment-attempt.ts'
import { toAttempt } from './attempt-rows.ts'
import { countUnsettled, type UnsettledCount } from './count-unsettled.ts'
import type { Tables } from './engine/tables.ts'
import { transact } from './engine/transact.ts'
import { releaseHolds } from './velocity-holds.ts'

/** How long an attempt must have stood still to count as abandoned, by where it stands. */
export interface StillFor {
  readonly claimedMs: number
  readonly sendingMs: number
}

/** What recovery did with attempts that a dead instance left behind. */
export interface Recovered {
  /** Claimed and never sent: key and order are free again. */
  readonly released: number
  /** Sent, or perhaps sent. */
  readonly unknown: number
}

/** The attempts without an end. Each method throws Problem `store_unavailable` when the database fails. */
export interface UnsettledAttempts {
  /** Takes attempts that are due for a look. No other instance gets them until the lease ends. */
  lease(limit: number): Promise<PaymentAttempt[]>
  /** Gives a leased attempt back after a look. The next one is at that moment; null: only when something wakes it. */
  postpone(id: string, nextLookAtMs: number | null, quiet: QuietLooks | null): Promise<void>
  /** Gives a leased attempt back without a look. The next one is at that moment. */
  putOff(id: string, nextLookAtMs: number): Promise<void>
  /** Makes the attempts of an order due for a look at once. @returns how many there are. */
  wake(orderId: number): Promise<number>
  /** How the other attempts on the order have ended. */
  priorOutcomes(attempt: PaymentAttempt): Promise<PriorOutcomes>
  /** Ends what a crash left running: attempts that have stood still for longer than any instance works on one. */
  recoverAbandoned(stillFor: StillFor): Promise<Recovered>
  /** Forgets older keys whose payments have ended. The attempts, and so the fences, stay. */
  deleteKeysBefore(beforeMs: number): Promise<number>
  /** Counts them by status and age, for the whole store. Classes that are empty are left out. */
  count(): Promise<UnsettledCount[]>
}

export interface UnsettledAttemptsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
}

/** Longer than the slowest look: two reads with all their tries. */
const leaseMs = 60_000

/** An attempt gets no more looks than this, however often a client asks. */
const wakeGapMs = 1_000

export function createUnsettledAttempts(options: UnsettledAttemptsOptions): UnsettledAttempts {
  const { database, storeHash, now } = options

  return {
    lease: (limit) =>
      transact(async () => {
        const nowMs = now()
        const due = database
          .selectFrom('payment_attempts')
          .select('id')
          .where('store_hash', '=', storeHash)
          .where('next_look_at_ms', '<=', nowMs)
          .where(({ eb, or }) => or([eb('leased_until_ms', 'is', null), eb('leased_until_ms', '<=', nowMs)]))
          .orderBy('next_look_at_ms')
          .limit(limit)
        // The condition stands twice: between choosing and taking, another instance may have taken it.
        const rows = await database
          .updateTable('payment_attempts')
          .set({ leased_until_ms: nowMs + leaseMs })
          .where('id', 'in', due)
          .where(({ eb, or }) => or([eb('leased_until_ms', 'is', null), eb('leased_until_ms', '<=', nowMs)]))
          .returningAll()
          .execute()
        return rows.map(toAttempt)
      }),

    postpone: (id, nextLookAtMs, quiet) =>
      transact(async () => {
        await database
          .updateTable('payment_attempts')
          .set(({ eb }) => ({
            next_look_at_ms: nextLookAtMs,
            quiet_looks: quiet?.looks ?? 0,
            quiet_since_ms: quiet?.sinceMs ?? null,
            looks: eb('looks', '+', 1),
            looked_at_ms: now(),
            leased_until_ms: null,
          }))
          .where('id', '=', id)
          .where('status', 'in', UNSETTLED_STATUSES)
          .execute()
      }),

    putOff: (id, nextLookAtMs) =>
      transact(async () => {
        await database
          .updateTable('payment_attempts')
          .set({ next_look_at_ms: nextLookAtMs, leased_until_ms: null })
          .where('id', '=', id)
          .where('status', 'in', UNSETTLED_STATUSES)
          .execute()
      }),

    wake: (orderId) =>
      transact(async () => {
        const nowMs = now()
        const woken = await database
          .updateTable('payment_attempts')
          .set({
            next_look_at_ms: sql<number>`CASE
              WHEN next_look_at_ms <= ${nowMs} THEN next_look_at_ms
              WHEN looked_at_ms + ${wakeGapMs} > ${nowMs} THEN looked_at_ms + ${wakeGapMs}
              ELSE ${nowMs} END`,
          })
          .where('store_hash', '=', storeHash)
          .where('order_id', '=', orderId)
          .where('status', 'in', UNSETTLED_STATUSES)
          .returning('id')
          .execute()
        return woken.length
      }),

    priorOutcomes: (attempt) =>
      transact(async () => {
        const others = await database
          .selectFrom('payment_attempts')
          .select(['status', 'payment_method_id', 'unsettled_since_ms'])
          .where('store_hash', '=', storeHash)
          .where('order_id', '=', attempt.orderId)
          .where('id', '!=', attempt.id)
          .execute()
        const byMethod = others.filter((other) => other.payment_method_id === attempt.paymentMethodId)
        const count = (of: typeof others, status: string) =>
          of.filter((other) => other.status === status).length
        return {
          succeeded: count(byMethod, 'succeeded'),
          declined: count(others, 'declined'),
          parts: count(others, 'succeeded'),
          failedLater: others.filter(
            (other) =>
              other.unsettled_since_ms !== null &&
              (other.status === 'declined' || other.status === 'not_charged'),
          ).length,
        }
      }),

    recoverAbandoned: (stillFor) => transact(() => recoverAbandoned(database, storeHash, now(), stillFor)),

    deleteKeysBefore: (beforeMs) =>
      transact(async () => {
        const endedAttempts = database
          .selectFrom('payment_attempts')
          .select('id')
          .where('status', 'in', FINAL_STATUSES)
        const deleted = await database
          .deleteFrom('idempotency_keys')
          .where('store_hash', '=', storeHash)
          .where('created_at_ms', '<', beforeMs)
          .where('attempt_id', 'in', endedAttempts)
          .executeTakeFirst()
        return Number(deleted.numDeletedRows)
      }),

    count: () => transact(() => countUnsettled(database, storeHash, now())),
  }
}

/**
 * Ends what a dead instance left running. What says *claimed* was certainly not sent, and never will be: an instance that is
 * alive after all finds, before it sends, that the attempt is no longer its own. What says *sending* may have been charged:
 * it becomes *unknown* and is never sent again.
 */
async function recoverAbandoned(
  database: Kysely<Tables>,
  storeHash: string,
  nowMs: number,
  stillFor: StillFor,
): Promise<Recovered> {
  const abandoned = (status: 'claimed' | 'sending', stillForMs: number) =>
    database
      .updateTable('payment_attempts')
      .where('store_hash', '=', storeHash)
      .where('status', '=', status)
      .where('updated_at_ms', '<=', nowMs - stillForMs)
      .returning('id')
  const released = await abandoned('claimed', stillFor.claimedMs)
    .set({ status: 'not_sent', problem_code: 'internal_error', updated_at_ms: nowMs })
    .execute()
  if (released.length > 0)
    await releaseHolds(
      database,
      released.map(({ id }) => id),
    )
  const unknown = await abandoned('sending', stillFor.sendingMs)
    .set({ status: 'unknown', updated_at_ms: nowMs, next_look_at_ms: nowMs, unsettled_since_ms: nowMs })
    .execute()
  return { released: released.length, unknown: unknown.length }
}
