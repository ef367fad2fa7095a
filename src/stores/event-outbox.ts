import { type Kysely, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import { dialectOf } from './engine/dialect.ts'
import type { Tables } from './engine/tables.ts'
import { transact, whenDurable, withoutFlush } from './engine/transact.ts'
import { type LeasedEvent, type OutboxEvent, toLeased, toOutboxEvent } from './outbox-rows.ts'
import { SWEPT_MAX } from './velocity-holds.ts'

export interface OutboxCount {
  readonly waiting: number
  /** How long ago the oldest of those happened; 0 for none. */
  readonly oldestMs: number
  readonly dead: number
}

/** The outbox of events. Each method throws Problem `store_unavailable` when the database fails. */
export interface EventOutbox {
  /**
   * Takes events that are due: new ones first, so that failing events do not delay others. No other instance gets them until the
   * lease ends.
   *
   * @param againMax how many of them may have been tried before.
   */
  lease(limit: number, againMax: number): Promise<LeasedEvent[]>
  markDelivered(id: string): Promise<void>
  /**
   * Writes down that a try has failed, unless the event was leased again meanwhile.
   *
   * @param nextTryAtMs null to give it up.
   */
  markFailed(event: Pick<LeasedEvent, 'id' | 'tries'>, why: string, nextTryAtMs: number | null): Promise<void>
  /**
   * Forgets a batch of events that were delivered before this moment.
   *
   * @returns how many; 0 when none is left.
   */
  deleteDelivered(beforeMs: number): Promise<number>
  /**
   * Makes events due now whose next try is later than this. No pause is that long, so a clock was ahead when they were written.
   *
   * @returns how many.
   */
  bringForward(laterThanMs: number): Promise<number>
  count(): Promise<OutboxCount>
  /** What was given up and what waits, oldest first, at most so many of each. */
  list(limit: number): Promise<OutboxEvent[]>
  /**
   * Has an event sent again from now on, as if it were new.
   *
   * @returns false where there is none (any more).
   */
  repeat(id: string): Promise<boolean>
  /** The same for every event that was given up. @returns how many. */
  repeatDead(): Promise<number>
}

export interface EventOutboxOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
}

/** Longer than the ten seconds that an answer is awaited, and the time to write down what came of it. */
export const EVENT_LEASE_MS = 30_000

export function createEventOutbox({ database, storeHash, now }: EventOutboxOptions): EventOutbox {
  // What is lost with the power is sent again, which receivers must expect anyway.
  const write = <T>(work: (queries: Kysely<Tables>) => Promise<T>) =>
    transact(() => withoutFlush(database, work))
  const events = (queries: Kysely<Tables> = database) =>
    queries.selectFrom('payment_events').where('store_hash', '=', storeHash)

  const leasing = (queries: Kysely<Tables>, nowMs: number) =>
    queries
      .updateTable('payment_events')
      .set(({ eb, fn, ref, val }) => ({
        new_since_ms: null,
        next_try_at_ms: nowMs + EVENT_LEASE_MS,
        tries: eb('tries', '+', 1),
        first_tried_at_ms: fn.coalesce(ref('first_tried_at_ms'), val(nowMs)),
      }))
      .returningAll()

  return {
    lease: (limit, againMax) =>
      write(async (queries) => {
        const nowMs = now()
        const fresh = events(queries)
          .select('id')
          .where('new_since_ms', 'is not', null)
          .orderBy('new_since_ms')
          .limit(limit)
        // The condition is there twice, since between choosing and taking another instance may have taken the event.
        const leased = await leasing(queries, nowMs)
          .where('id', 'in', fresh)
          .where('new_since_ms', 'is not', null)
          .execute()
        const room = Math.min(againMax, limit - leased.length)
        if (room > 0) {
          const due = events(queries)
            .select('id')
            .where('next_try_at_ms', '<=', nowMs)
            .orderBy('next_try_at_ms')
            .limit(room)
          leased.push(
            ...(await leasing(queries, nowMs)
              .where('id', 'in', due)
              .where('next_try_at_ms', '<=', nowMs)
              .execute()),
          )
        }
        return leased.map((row) => toLeased(row, nowMs))
      }).finally(() => whenDurable(database)), // An end is told once it is on the disk.

    markDelivered: async (id) => {
      await write((queries) =>
        queries
          .updateTable('payment_events')
          .set({ delivered_at_ms: now(), next_try_at_ms: null, dead_at_ms: null, last_failure: null })
          .where('id', '=', id)
          // A person may have asked for it once more.
          .where('new_since_ms', 'is', null)
          .execute(),
      )
    },

    markFailed: async ({ id, tries }, why, nextTryAtMs) => {
      await write((queries) =>
        queries
          .updateTable('payment_events')
          .set({
            next_try_at_ms: nextTryAtMs,
            last_failure: why,
            dead_at_ms: nextTryAtMs === null ? now() : null,
          })
          .where('id', '=', id)
          .where('tries', '=', tries)
          .where('new_since_ms', 'is', null)
          .where('delivered_at_ms', 'is', null)
          .execute(),
      )
    },

    deleteDelivered: (beforeMs) =>
      write(async (queries) => {
        const { rowPlace, isOf } = dialectOf(database)
        const batch = sql`SELECT old.${rowPlace} FROM payment_events AS old
          WHERE old.store_hash = ${storeHash} AND old.delivered_at_ms < ${beforeMs}
          ORDER BY old.delivered_at_ms LIMIT ${SWEPT_MAX}`
        const deleted = await sql`DELETE FROM payment_events WHERE ${isOf(batch)}`.execute(queries)
        return Number(deleted.numAffectedRows ?? 0)
      }),

    bringForward: async (laterThanMs) => {
      const brought = await write((queries) =>
        queries
          .updateTable('payment_events')
          .set({ next_try_at_ms: now() })
          .where('store_hash', '=', storeHash)
          .where('next_try_at_ms', '>', laterThanMs)
          .executeTakeFirst(),
      )
      return Number(brought.numUpdatedRows)
    },

    count: () =>
      transact(async () => {
        const nowMs = now()
        const of = (column: 'new_since_ms' | 'next_try_at_ms' | 'dead_at_ms') =>
          events()
            .select(({ fn }) => [fn.countAll().as('count'), fn.min('created_at_ms').as('oldest')])
            .where(column, 'is not', null)
            .executeTakeFirstOrThrow()
        const [fresh, again, dead] = [
          await of('new_since_ms'),
          await of('next_try_at_ms'),
          await of('dead_at_ms'),
        ]
        const oldest = Math.min(Number(fresh.oldest ?? nowMs), Number(again.oldest ?? nowMs))
        return {
          waiting: Number(fresh.count) + Number(again.count),
          oldestMs: Math.max(0, nowMs - oldest),
          dead: Number(dead.count),
        }
      }),

    list: (limit) =>
      transact(async () => {
        const rows = []
        for (const column of ['dead_at_ms', 'next_try_at_ms', 'new_since_ms'] as const) {
          const some = events().selectAll().where(column, 'is not', null).orderBy(column).limit(limit)
          rows.push(...(await some.execute()))
        }
        return rows.map(toOutboxEvent)
      }),

    repeat: (id) =>
      transact(async () => {
        const repeated = await again(database, now())
          .where('id', '=', id)
          .where('store_hash', '=', storeHash)
          .returning('id')
          .executeTakeFirst()
        return repeated !== undefined
      }),

    repeatDead: () =>
      transact(async () => {
        const repeated = await again(database, now())
          .where('store_hash', '=', storeHash)
          .where('dead_at_ms', 'is not', null)
          .executeTakeFirst()
        return Number(repeated.numUpdatedRows)
      }),
  }
}

const again = (database: Kysely<Tables>, nowMs: number) =>
  database.updateTable('payment_events').set({
    new_since_ms: nowMs,
    next_try_at_ms: null,
    tries: 0,
    first_tried_at_ms: null,
    delivered_at_ms: null,
    dead_at_ms: null,
  })
