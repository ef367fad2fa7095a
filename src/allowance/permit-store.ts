import { type Kysely, sql } from 'kysely'
import { dialectOf, waitForTurn } from '../stores/engine/dialect.ts'
import type { Tables } from '../stores/engine/tables.ts'
import { transact } from '../stores/engine/transact.ts'
import { withoutFlush } from '../stores/engine/without-flush.ts'
import type { AllowanceRule, Reservation } from './rule.ts'

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

/**
 * The store's permits, shared by all instances: rule.ts in the database, on the database's clock.
 * Each method throws Problem `store_unavailable` when the database fails it.
 */
export interface PermitStore {
  /** Makes sure that there are as many permits as the limit says, whatever it was before. */
  provide(): Promise<void>
  /** Takes the permits that come back first, as many as are wanted and come back in time, in one statement. */
  reserve(count: number, withinMs: number): Promise<Reserved>
  /** When each permit is expected back, from now on. */
  outlook(): Promise<PermitOutlook[]>
  /** BigCommerce has counted the payment: the permit comes back one window from now. */
  counted(reservation: Reservation): Promise<void>
  /** Nothing was sent: the permit can be used again at once. */
  giveBack(reservation: Reservation): Promise<void>
  /** Holds every permit back from now on for this long, because BigCommerce asks for it. */
  holdBack(forMs: number): Promise<void>
}

export interface PermitStoreOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  /** Names this instance among those that share the permits. */
  readonly instance: string
  /** How many payments a window may hold. */
  readonly limit: number
  readonly rule: AllowanceRule
}

export function createPermitStore(options: PermitStoreOptions): PermitStore {
  const { database, storeHash, rule } = options
  const { nowMs, greatest, least, lockRows } = dialectOf(database)
  const write = <T>(statement: (connection: Kysely<Tables>) => Promise<T>): Promise<T> =>
    transact(() => withoutFlush(database, statement))

  return {
    provide: () => transact(() => providePermits(options)),
    reserve: (count, withinMs) =>
      write((connection) => reservePermits({ ...options, database: connection }, count, withinMs)),

    outlook: () =>
      transact(async () => {
        const { rows } = await sql<PermitOutlook>`
          SELECT ${greatest}(
              ${least}(counted_at_ms, reserved_for_ms + ${rule.marginMs}) + ${rule.windowMs},
              not_before_ms
            ) - ${nowMs} AS "backInMs",
            CASE WHEN counted_at_ms + ${rule.windowMs} > ${nowMs} THEN holder ELSE '' END AS holder
          FROM payment_tokens WHERE store_hash = ${storeHash}`.execute(database)
        return rows
      }),

    // Rounded up: the answer came before this moment, never after it.
    counted: ({ number, uses }) =>
      write(async (connection) => {
        await sql`UPDATE payment_tokens SET counted_at_ms = ${least}(counted_at_ms, ${nowMs} + 1)
          WHERE store_hash = ${storeHash} AND number = ${number} AND uses = ${uses}`.execute(connection)
      }),

    giveBack: ({ number, uses }) =>
      write(async (connection) => {
        await sql`UPDATE payment_tokens SET counted_at_ms = reserved_for_ms - ${rule.windowMs}
          WHERE store_hash = ${storeHash} AND number = ${number} AND uses = ${uses}`.execute(connection)
      }),

    // One moment for all, although the rows are written one after the other. Locked in one order, so that two instances that
    // are told at the same moment do not wait for each other.
    holdBack: (forMs) =>
      write(async (connection) => {
        await sql`
          WITH clock AS MATERIALIZED (SELECT ${nowMs} AS now_ms),
          every_permit AS (
            SELECT number FROM payment_tokens WHERE store_hash = ${storeHash} ORDER BY number ${lockRows})
          UPDATE payment_tokens SET not_before_ms = ${greatest}(not_before_ms, (SELECT now_ms FROM clock) + ${forMs})
          WHERE store_hash = ${storeHash} AND number IN (SELECT number FROM every_permit)`.execute(connection)
      }),
  }
}

/** In the statement's text, where SQLite sees that it need not sort: most ask for one. */
const one = sql`1`

/**
 * One statement. It joins what is due rather than asking with IN, which SQLite would work out again for each row. On
 * Postgres instances that reserve at the same moment do not wait for each other: each passes over the rows that another is
 * taking, and the condition is checked again on the row as it stands once it is locked.
 */
export async function reservePermits(
  { database, storeHash, instance, rule }: PermitStoreOptions,
  count: number,
  withinMs: number,
): Promise<Reserved> {
  const { nowMs, greatest, lockFreeRows } = dialectOf(database)
  const backAtMs = sql`${greatest}(counted_at_ms + ${rule.windowMs}, not_before_ms)`
  const clock = sql`(SELECT now_ms FROM clock)`
  const forMs = sql`${greatest}(counted_at_ms + ${rule.windowMs}, not_before_ms, ${clock})`
  const { rows } = await sql<Reservation & { remaining: number }>`
    WITH clock AS MATERIALIZED (SELECT ${nowMs} AS now_ms),
    due AS MATERIALIZED (
      SELECT number AS due_number FROM payment_tokens
      WHERE store_hash = ${storeHash} AND ${backAtMs} <= ${clock} + ${withinMs}
      ORDER BY ${backAtMs}, number LIMIT ${count === 1 ? one : count} ${lockFreeRows})
    UPDATE payment_tokens SET
      reserved_at_ms = ${clock},
      reserved_for_ms = ${forMs},
      counted_at_ms = ${forMs} + ${rule.sendWithinMs + rule.marginMs},
      holder = ${instance},
      uses = uses + 1
    FROM due
    WHERE store_hash = ${storeHash} AND number = due_number
    RETURNING number, uses, reserved_at_ms AS "atMs", reserved_for_ms AS "forMs",
      (SELECT count(*) FROM payment_tokens AS other WHERE other.store_hash = ${storeHash}
        AND NOT EXISTS (SELECT 1 FROM due WHERE due_number = other.number)
        AND ${greatest}(other.counted_at_ms + ${rule.windowMs}, other.not_before_ms)
          <= payment_tokens.reserved_at_ms) AS remaining`.execute(database)
  return {
    taken: rows
      .map(({ remaining: _remaining, ...reservation }) => reservation)
      .sort((a, b) => a.forMs - b.forMs || a.number - b.number),
    remaining: rows[0]?.remaining ?? null,
  }
}

/** One starter at a time makes and takes away permits. All versions use this number ("toke" in ASCII). */
const lockNumber = 0x746f6b65

/**
 * Makes the missing permits, and takes away those too many that come back first: with what was used last still on
 * record, no window that ends with another payment holds more than the new limit.
 */
async function providePermits({ database, storeHash, limit, rule }: PermitStoreOptions): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const { nowMs, least, lockRows } = dialectOf(transaction)
    await waitForTurn(transaction, lockNumber)
    const { rows } = await sql<{ number: number; countedAtMs: number }>`
      SELECT number, counted_at_ms AS "countedAtMs" FROM payment_tokens
      WHERE store_hash = ${storeHash} ORDER BY number ${lockRows}`.execute(transaction)
    const latestFirst = rows.toSorted((a, b) => b.countedAtMs - a.countedAtMs)
    for (const { number } of latestFirst.slice(limit)) {
      await transaction
        .deleteFrom('payment_tokens')
        .where('store_hash', '=', storeHash)
        .where('number', '=', number)
        .execute()
    }
    for (const number of freeNumbers(rows, limit - rows.length)) {
      await transaction
        .insertInto('payment_tokens')
        .values({ store_hash: storeHash, number, counted_at_ms: -rule.windowMs })
        .execute()
    }
    // Later than any payment can be counted: the clock has been set back since, or the limits were wider.
    const latest = sql`${nowMs} + ${rule.sendWithinMs + rule.marginMs + rule.windowMs}`
    await sql`UPDATE payment_tokens SET counted_at_ms = ${least}(counted_at_ms, ${latest})
      WHERE store_hash = ${storeHash} AND counted_at_ms > ${latest}`.execute(transaction)
  })
}

function freeNumbers(rows: readonly { number: number }[], wanted: number): number[] {
  const taken = new Set(rows.map(({ number }) => number))
  const free: number[] = []
  for (let number = 1; free.length < wanted; number++) if (!taken.has(number)) free.push(number)
  return free
}
