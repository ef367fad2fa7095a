import { type ExpressionBuilder, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import {
  FINAL_STATUSES,
  type OrderAttempt,
  type PaymentAttempt,
  UNSETTLED_STATUSES,
} from '../domain/payment-attempt.ts'
import { type Concluded, concludeLook, type Weighed } from './conclude-look.ts'
import {
  countUnaccounted,
  countUnsettled,
  type UnaccountedCount,
  type UnsettledCount,
} from './count-unsettled.ts'
import { dialectOf, prepare } from './engine/dialect.ts'
import { rowsOf } from './engine/sqlite.ts'
import type { Tables } from './engine/tables.ts'
import { transact } from './engine/transact.ts'
import { toOrderAttempt } from './find-attempts.ts'
import { type Recovered, recoverAbandoned, type StillFor } from './recover-abandoned.ts'
import type { FinalAnswer } from './settle-attempt.ts'
import { SWEPT_MAX } from './velocity-holds.ts'
import { type WriteEvents, writeNoEvents } from './write-events.ts'

/** The attempts without an end. Each method throws Problem `store_unavailable` when the database fails. */
export interface UnsettledAttempts {
  /**
   * Takes attempts that are due for a look: first those that someone asked for, then those of the schedule, and if there is room,
   * ended ones of the watch. No other instance gets them until the lease ends.
   */
  lease(limit: number): Promise<OrderAttempt[]>
  /** Gives a leased attempt back without a look. The next one is at that moment. */
  putOff(id: string, nextLookAtMs: number): Promise<void>
  /**
   * Asks for a look at the attempts of an order at once.
   *
   * @param isNews whether BigCommerce itself has told of a change: then ended attempts are looked at again too.
   * @returns how many attempts without an end there are.
   */
  wake(orderId: number, isNews: boolean): Promise<number>
  /** Judges a leased attempt by what a look has brought, and writes what follows, in one transaction. */
  conclude(
    id: string,
    weigh: (attempt: PaymentAttempt, others: readonly PaymentAttempt[]) => Weighed,
    finalAnswer: FinalAnswer,
    lookedFromMs: number,
  ): Promise<Concluded>
  /** Ends what a crash left running, a batch at a time: attempts that have stood still for longer than an instance works on one. */
  recoverAbandoned(stillFor: StillFor): Promise<Recovered>
  /**
   * Forgets a batch of older keys whose payments have ended. The attempts, and so the fences, stay.
   *
   * @returns how many; 0 when none is left.
   */
  deleteKeysBefore(beforeMs: number): Promise<number>
  /** Counts them by status and age, for the whole store. Classes that are empty are left out. */
  count(): Promise<UnsettledCount[]>
  /** Counts the orders whose charges are more than payments account for, by age, for the whole store. */
  countUnaccounted(): Promise<UnaccountedCount[]>
}

export interface UnsettledAttemptsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
  /** Without it no event is written. */
  readonly writeEvents?: WriteEvents
}

/**
 * Longer than a look at a page of transactions with all its tries. A look that takes longer may be made twice, which only costs
 * reads. A shopper waits this long if an instance died, or lost the ledger, in the middle of a look.
 */
const leaseMs = 20_000

/** An attempt gets no more looks than this, however often a client asks. */
const wakeGapMs = 1_000

const soonestLook = (nowMs: number) => sql<number>`CASE
  WHEN looked_at_ms + ${wakeGapMs} > ${nowMs} THEN looked_at_ms + ${wakeGapMs} ELSE ${nowMs} END`

export function createUnsettledAttempts(options: UnsettledAttemptsOptions): UnsettledAttempts {
  const { database, storeHash, now, writeEvents = writeNoEvents } = options

  return {
    lease: (limit) =>
      transact(async () => {
        const nowMs = now()
        const leased: OrderAttempt[] = []
        const [found] = await rowsOf(database, anyDue(database, { storeHash, nowMs }))
        if (!found?.isDue) return leased
        for (const column of dueBy) {
          if (leased.length >= limit) break
          const due = database
            .selectFrom('payment_attempts')
            .select('id')
            .where('store_hash', '=', storeHash)
            .where(column, '<=', nowMs)
            .where(isFree(nowMs))
            .orderBy(column)
            .limit(limit - leased.length)
          // The condition is there twice, since between choosing and taking another instance may have taken the attempt.
          const rows = await database
            .updateTable('payment_attempts')
            .set({ leased_until_ms: nowMs + leaseMs })
            .where('id', 'in', due)
            .where(isFree(nowMs))
            .returningAll()
            .execute()
          leased.push(...rows.map(toOrderAttempt))
        }
        return leased
      }),

    putOff: (id, nextLookAtMs) =>
      transact(async () => {
        await database
          .updateTable('payment_attempts')
          .set(({ ref }) => ({
            leased_until_ms: null,
            asked_at_ms: later(ref('asked_at_ms')),
            next_look_at_ms: later(ref('next_look_at_ms')),
            next_watch_at_ms: later(ref('next_watch_at_ms')),
          }))
          .where('id', '=', id)
          .execute()
        function later(column: unknown) {
          return sql<
            number | null
          >`CASE WHEN ${column} < ${nextLookAtMs} THEN ${nextLookAtMs} ELSE ${column} END`
        }
      }),

    wake: (orderId, isNews) =>
      transact(async () => {
        const nowMs = now()
        const soonest = soonestLook(nowMs)
        const woken = await database
          .updateTable('payment_attempts')
          .set({
            asked_at_ms: sql<number>`CASE WHEN asked_at_ms <= ${nowMs} AND leased_until_ms IS NULL
            THEN asked_at_ms ELSE ${soonest} END`,
            // If it ends by a look that is being made, what BigCommerce told meanwhile is looked at all the same.
            ...(isNews ? { next_watch_at_ms: soonest } : {}),
          })
          .where('store_hash', '=', storeHash)
          .where('order_id', '=', orderId)
          .where('status', 'in', UNSETTLED_STATUSES)
          .returning('id')
          .execute()
        if (isNews) await wakeEnded(database, storeHash, orderId, nowMs)
        return woken.length
      }),

    conclude: (id, weigh, finalAnswer, lookedFromMs) =>
      transact(() =>
        database
          .transaction()
          .execute((transaction) =>
            concludeLook(transaction, id, weigh, finalAnswer, { nowMs: now(), lookedFromMs, writeEvents }),
          ),
      ),

    recoverAbandoned: (stillFor) =>
      transact(() => recoverAbandoned(database, storeHash, now(), stillFor, writeEvents)),

    deleteKeysBefore: (beforeMs) =>
      transact(async () => {
        const { rowPlace, isOf } = dialectOf(database)
        const batch = sql`SELECT old.${rowPlace} FROM idempotency_keys AS old
          JOIN payment_attempts ON payment_attempts.id = old.attempt_id
          WHERE old.store_hash = ${storeHash} AND old.created_at_ms < ${beforeMs}
            AND status IN (${sql.join(FINAL_STATUSES)})
          ORDER BY old.created_at_ms LIMIT ${SWEPT_MAX}`
        const deleted = await sql`DELETE FROM idempotency_keys WHERE ${isOf(batch)}`.execute(database)
        return Number(deleted.numAffectedRows ?? 0)
      }),

    count: () => transact(() => countUnsettled(database, storeHash, now())),

    countUnaccounted: () => transact(() => countUnaccounted(database, storeHash, now())),
  }
}

const dueBy = ['asked_at_ms', 'next_look_at_ms', 'next_watch_at_ms'] as const

/** Asked first, twice a second. Usually there is nothing, and then nothing further is done. */
const anyDue = prepare<{ storeHash: string; nowMs: number }, { isDue: unknown }>((queries, give) =>
  queries
    .selectNoFrom(({ or, exists, selectFrom }) =>
      or(
        dueBy.map((column) =>
          exists(
            selectFrom('payment_attempts')
              .select('id')
              .where('store_hash', '=', give('storeHash'))
              .where(column, '<=', give('nowMs'))
              .where(isFree(give('nowMs'))),
          ),
        ),
      ).as('isDue'),
    )
    .compile(),
)

const isFree =
  (nowMs: number | RawBuilder<number>) =>
  ({ eb, or }: ExpressionBuilder<Tables, 'payment_attempts'>) =>
    or([eb('leased_until_ms', 'is', null), eb('leased_until_ms', '<=', nowMs)])

/** How long after its end a payment is watched: chargebacks apart, gateways show a late charge within days. */
const watchForMs = 30 * 24 * 60 * 60_000
/** News that comes within this time after the order's last end is about that end itself. */
const ownNewsMs = 10 * 60_000

/** Any news causes a look at an end in doubt; for other ends only news that cannot be about that end itself. */
async function wakeEnded(
  database: Kysely<Tables>,
  storeHash: string,
  orderId: number,
  nowMs: number,
): Promise<void> {
  await database
    .updateTable('payment_attempts')
    .set({ next_watch_at_ms: soonestLook(nowMs) })
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .where('status', 'in', FINAL_STATUSES)
    .where('sent_at_ms', 'is not', null)
    .where('ended_at_ms', '>', nowMs - watchForMs)
    .where(({ eb, or, not, exists, selectFrom }) =>
      or([
        eb('unsettled_since_ms', 'is not', null),
        not(
          exists(
            selectFrom('payment_attempts as other')
              .select('other.id')
              .where('other.store_hash', '=', storeHash)
              .where('other.order_id', '=', orderId)
              .where('other.ended_at_ms', '>', nowMs - ownNewsMs),
          ),
        ),
      ]),
    )
    .execute()
}
