import { type CompiledQuery, sql } from 'kysely'
import { dialectOf, prepare, thisMachine } from '../stores/engine/dialect.ts'
import { together, type Waits } from '../stores/engine/together.ts'
import { transact } from '../stores/engine/transact.ts'
import { bringLater, type PermitStoreOptions, type Provided, providePermits } from './amend-permits.ts'
import type { Jump } from './permit-record.ts'
import { backWithinMs, CLOCK_SLACK_MS, HOLD_MS_MAX, type Reservation } from './rule.ts'

/** What one statement reserved. */
export interface Reserved {
  readonly taken: readonly Reservation[]
  /** Permits that were back and remain; null when none was taken, and so nothing was learned. */
  readonly remaining: number | null
}

/** A permit as seen at one moment: when it comes back, from then on, and which instance uses it, if any. */
export interface PermitOutlook {
  readonly backInMs: number
  readonly holder: string
}

/** What one reading of all permits told. */
export interface Outlook {
  /** By the database's clock; null when it has no permits yet. */
  readonly atMs: number | null
  readonly permits: readonly PermitOutlook[]
  /** Whether a permit is further ahead than a payment can bring it: the clock has been set back. `provide` puts it right. */
  readonly isAheadOfClock: boolean
}

/**
 * The store's permits, shared by all instances: rule.ts in the database, on the database's clock.
 * Each method throws Problem `store_unavailable` when the database fails it.
 */
export interface PermitStore {
  /** Makes sure that there are as many permits as the limit says, and none further ahead than the clock allows. */
  provide(): Promise<Provided>
  /** Takes the permits that come back first, as many as are wanted and come back in time, in one statement. */
  reserve(count: number, withinMs: number): Promise<Reserved>
  /** When each permit is expected back, from now on. */
  outlook(): Promise<Outlook>
  /** BigCommerce has counted the payment: the permit comes back one window from now. */
  counted(reservation: Reservation): Promise<void>
  /** Nothing was sent: the permit can be used again at once. */
  giveBack(reservation: Reservation): Promise<void>
  /** Holds every permit back from now on for this long, because BigCommerce asks for it. */
  holdBack(forMs: number): Promise<void>
  /**
   * The database's clock was set forward. What was used before comes back that much later, and the reservations that were
   * made in the belief that it was back are undone.
   */
  clockSetForward(jump: Jump, taken: readonly Reservation[]): Promise<void>
}

export function createPermitStore(options: PermitStoreOptions): PermitStore {
  const { database, storeHash, rule } = options
  const { nowMs, greatest, least, lockRows } = dialectOf(database)
  const clock = sql`(SELECT now_ms FROM clock)`
  // None waits for the disk: the flush of *sending* writes them too (decision 0024).
  const write = (statement: CompiledQuery<unknown>) =>
    transact(async () => void (await together(database, 'for nothing', [statement])))
  const reserve = prepareReserving(options)
  // Rounded up: the answer came before this moment, never after it. Where the clock has been set back since the reservation,
  // both moments are of the clock as it is now, or the permit would be put right by an hour too much.
  const counted = prepare<Reservation, never>((queries, give) =>
    sql<never>`UPDATE payment_tokens SET counted_at_ms = ${least}(counted_at_ms, ${nowMs} + 1),
        reserved_at_ms = ${least}(reserved_at_ms, ${nowMs})
      WHERE store_hash = ${storeHash} AND number = ${give('number')} AND uses = ${give('uses')}`.compile(
      queries,
    ),
  )

  return {
    provide: () => transact(() => providePermits(options)),
    reserve: (count, withinMs) => transact(() => reserve(count, withinMs)),

    outlook: () =>
      transact(async () => {
        const { rows } = await sql<PermitOutlook & { atMs: number | null; isAhead: 0 | 1 }>`
          WITH clock AS MATERIALIZED (SELECT ${nowMs} AS now_ms)
          SELECT now_ms AS "atMs",
            ${greatest}(
              ${least}(counted_at_ms, reserved_for_ms + ${rule.marginMs}) + ${rule.windowMs},
              not_before_ms
            ) - now_ms AS "backInMs",
            CASE WHEN counted_at_ms + ${rule.windowMs} > now_ms THEN holder ELSE '' END AS holder,
            CASE WHEN ${greatest}(reserved_at_ms, held_at_ms) > now_ms + ${CLOCK_SLACK_MS}
              OR counted_at_ms > now_ms + ${backWithinMs(rule)}
              OR not_before_ms > now_ms + ${HOLD_MS_MAX + CLOCK_SLACK_MS} THEN 1 ELSE 0 END AS "isAhead"
          FROM payment_tokens, clock WHERE store_hash = ${storeHash} AND surplus = 0`.execute(database)
        return {
          atMs: rows[0]?.atMs ?? null,
          permits: rows.map(({ backInMs, holder }) => ({ backInMs, holder })),
          isAheadOfClock: rows.some(({ isAhead }) => isAhead === 1),
        }
      }),

    counted: (reservation) => write(counted(database, reservation)),

    giveBack: ({ number, uses }) =>
      write(
        sql`UPDATE payment_tokens SET counted_at_ms = reserved_for_ms - ${rule.windowMs}
          WHERE store_hash = ${storeHash} AND number = ${number} AND uses = ${uses}`.compile(database),
      ),

    // One moment for all, although the rows are written one after the other. Locked in one order, so that two instances that
    // get a 429 at the same moment do not wait for each other.
    holdBack: (forMs) =>
      write(
        sql`
          WITH clock AS MATERIALIZED (SELECT ${nowMs} AS now_ms),
          every_permit AS (
            SELECT number FROM payment_tokens WHERE store_hash = ${storeHash} ORDER BY number ${lockRows})
          UPDATE payment_tokens SET held_at_ms = ${clock},
            not_before_ms = ${greatest}(
              not_before_ms - ${greatest}(0, held_at_ms - ${clock}), ${clock} + ${Math.min(forMs, HOLD_MS_MAX)})
          WHERE store_hash = ${storeHash} AND number IN (SELECT number FROM every_permit)`.compile(database),
      ),

    clockSetForward: (jump, taken) => transact(() => bringLater(options, jump, taken)),
  }
}

interface Wanted {
  count: number
  withinMs: number
  upMs: number
}

/**
 * One statement. It joins what is due rather than asking with IN, which SQLite would work out again for each row. On
 * Postgres instances that reserve at the same moment do not wait for each other: each passes over the rows that another is
 * taking, and the condition is checked again on the row as it stands once it is locked.
 */
export function prepareReserving(
  { database, storeHash, instance, rule, machine = thisMachine }: PermitStoreOptions,
  waits: Waits = 'for nothing',
): PermitStore['reserve'] {
  const { nowMs, greatest, lockFreeRows } = dialectOf(database)
  const backAtMs = sql`${greatest}(counted_at_ms + ${rule.windowMs}, not_before_ms)`
  const clock = sql`(SELECT now_ms FROM clock)`
  const forMs = sql`${greatest}(counted_at_ms + ${rule.windowMs}, not_before_ms, ${clock})`
  const reserving = (isOne: boolean) =>
    prepare<Wanted, Reservation & { remaining: number }>((queries, give) =>
      sql<Reservation & { remaining: number }>`
        WITH clock AS MATERIALIZED (SELECT ${nowMs} AS now_ms),
        due AS MATERIALIZED (
          SELECT number AS due_number, counted_at_ms AS counted_before_ms FROM payment_tokens
          WHERE store_hash = ${storeHash} AND surplus = 0 AND ${backAtMs} <= ${clock} + ${give('withinMs')}
          ORDER BY ${backAtMs}, number LIMIT ${isOne ? sql.lit(1) : give('count')} ${lockFreeRows})
        UPDATE payment_tokens SET
          reserved_at_ms = ${clock},
          reserved_for_ms = ${forMs},
          counted_at_ms = ${forMs} + ${rule.sendWithinMs + rule.marginMs},
          holder = ${instance},
          uses = uses + 1,
          machine = ${machine.id},
          machine_up_ms = ${give('upMs')}
        FROM due
        WHERE store_hash = ${storeHash} AND number = due_number
        RETURNING number, uses, reserved_at_ms AS "atMs", reserved_for_ms AS "forMs",
          (SELECT counted_before_ms FROM due WHERE due_number = number) AS "countedBeforeMs",
          (SELECT count(*) FROM payment_tokens AS other WHERE other.store_hash = ${storeHash} AND other.surplus = 0
            AND NOT EXISTS (SELECT 1 FROM due WHERE due_number = other.number)
            AND ${greatest}(other.counted_at_ms + ${rule.windowMs}, other.not_before_ms)
              <= payment_tokens.reserved_at_ms) AS remaining`.compile(queries),
    )
  // Most ask for one. Written so, SQLite sees that it need not sort.
  const [one, some] = [reserving(true), reserving(false)]

  return async (count, withinMs) => {
    const statement = (count === 1 ? one : some)(database, { count, withinMs, upMs: machine.upMs() })
    const [found = []] = await together(database, waits, [statement])
    const rows = found as (Reservation & { remaining: number })[]
    return {
      taken: rows
        .map(({ remaining: _remaining, ...reservation }) => reservation)
        .sort((a, b) => a.forMs - b.forMs || a.number - b.number),
      remaining: rows[0]?.remaining ?? null,
    }
  }
}
