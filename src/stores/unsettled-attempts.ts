import { type Kysely, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import type { PriorOutcomes } from '../domain/evidence.ts'
import { type PaymentAttempt, type QuietLooks, UNSETTLED_STATUSES } from '../domain/payment-attempt.ts'
import { toAttempt } from './attempt-rows.ts'
import type { Tables } from './engine/tables.ts'
import { guarded } from './engine/transact.ts'
import { recoverAbandoned } from './recover-abandoned.ts'

/** How long an attempt must have stood still to count as abandoned, by where it stands. */
export interface StillFor {
  readonly claimedMs: number
  readonly sendingMs: number
}

/** What recovery did with attempts that nobody works on any more. */
export interface Recovered {
  /** Were claimed and never sent: free again. */
  readonly released: number
  /** Had been sent, or may have been: unknown from now on. */
  readonly unknown: number
}

/** The attempts whose end is not known yet. Each method throws Problem `store_unavailable` when the database fails it. */
export interface UnsettledAttempts {
  /** Takes attempts that are due to be looked up; nobody else gets them until the lease ends. */
  lease(limit: number): Promise<PaymentAttempt[]>
  /** Gives a leased attempt back, to be looked up again then; null when only a wake shall bring that about. */
  postpone(id: string, nextLookAtMs: number | null, quiet: QuietLooks | null): Promise<void>
  /** Gives a leased attempt back that was not looked at, to be looked at then. */
  putOff(id: string, nextLookAtMs: number): Promise<void>
  /** Makes the open attempts of an order due at once. @returns how many there are. */
  wake(orderId: number): Promise<number>
  priorOutcomes(attempt: PaymentAttempt): Promise<PriorOutcomes>
  /** Finds what a crash left behind: attempts that have stood still for longer than any instance works on one. */
  recoverAbandoned(stillFor: StillFor): Promise<Recovered>
  /** Forgets keys older than this whose payments have ended. The attempts, and so the fences, stay. */
  deleteKeysBefore(beforeMs: number): Promise<number>
}

export interface UnsettledAttemptsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
}

/** Longer than the slowest look: two reads with all their tries. */
const leaseMs = 60_000

/** However often a client asks, an attempt is looked up no more often than this. */
const wakeGapMs = 1_000

const ended = ['succeeded', 'declined', 'not_sent', 'not_charged'] as const

export function createUnsettledAttempts(options: UnsettledAttemptsOptions): UnsettledAttempts {
  const { database, storeHash, now } = options

  return {
    lease: (limit) =>
      guarded(async () => {
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
      guarded(async () => {
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
      guarded(async () => {
        await database
          .updateTable('payment_attempts')
          .set({ next_look_at_ms: nextLookAtMs, leased_until_ms: null })
          .where('id', '=', id)
          .where('status', 'in', UNSETTLED_STATUSES)
          .execute()
      }),

    wake: (orderId) =>
      guarded(async () => {
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
      guarded(async () => {
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

    recoverAbandoned: (stillFor) => guarded(() => recoverAbandoned(database, storeHash, now(), stillFor)),

    deleteKeysBefore: (beforeMs) =>
      guarded(async () => {
        const endedAttempts = database
          .selectFrom('payment_attempts')
          .select('id')
          .where('status', 'in', ended)
        const deleted = await database
          .deleteFrom('idempotency_keys')
          .where('store_hash', '=', storeHash)
          .where('created_at_ms', '<', beforeMs)
          .where('attempt_id', 'in', endedAttempts)
          .executeTakeFirst()
        return Number(deleted.numDeletedRows)
      }),
  }
}
