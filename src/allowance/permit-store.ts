import { type Kysely, sql } from 'kysely'
import { dialectOf } from '../stores/engine/dialect.ts'
import type { Tables } from '../stores/engine/tables.ts'
import { guarded } from '../stores/engine/transact.ts'
import { unflushed } from '../stores/engine/without-flush.ts'
import type { TokenOutlook } from './forecast.ts'
import { provideTokens } from './provide-permits.ts'
import { reserveTokens } from './reserve-permits.ts'
import type { BucketRule, Reservation } from './rule.ts'

/** What one statement reserved. */
export interface Reserved {
  readonly taken: readonly Reservation[]
  /** Tokens that were back and are left; null when none was taken, and so nothing was learned. */
  readonly left: number | null
}

/**
 * The store's payment tokens, shared by all instances: domain/token-bucket.ts in the database, on the database's clock.
 * Each method throws Problem `store_unavailable` when the database fails it.
 */
export interface PaymentTokens {
  /** Sees to it that there are as many tokens as the limit says, whatever it was before. */
  provide(): Promise<void>
  /** Takes the tokens that come back first, as many as are wanted and come back in time, in one statement. */
  reserve(count: number, withinMs: number): Promise<Reserved>
  /** When each token is expected back, from now on. */
  outlook(): Promise<TokenOutlook[]>
  /** BigCommerce has counted the payment: the token comes back one window from now. */
  counted(reservation: Reservation): Promise<void>
  /** Nothing was sent: the token can be used again at once. */
  giveBack(reservation: Reservation): Promise<void>
  /** Holds every token back from now on for this long, because BigCommerce asks for it. */
  holdBack(forMs: number): Promise<void>
}

export interface PaymentTokensOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  /** Names this instance among those that share the tokens. */
  readonly instance: string
  /** How many payments a window may hold. */
  readonly limit: number
  readonly rule: BucketRule
}

export function createPaymentTokens(options: PaymentTokensOptions): PaymentTokens {
  const { database, storeHash, rule } = options
  const { nowMs, greatest, least, lockRows } = dialectOf(database)
  const write = <T>(statement: (connection: Kysely<Tables>) => Promise<T>): Promise<T> =>
    guarded(() => unflushed(database, statement))

  return {
    provide: () => guarded(() => provideTokens(options)),
    reserve: (count, withinMs) =>
      write((connection) => reserveTokens({ ...options, database: connection }, count, withinMs)),

    outlook: () =>
      guarded(async () => {
        const { rows } = await sql<TokenOutlook>`
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

    // One moment for all, whose rows are written one after the other. Locked in one order, so that two instances that are told at the same moment do not wait for each other.
    holdBack: (forMs) =>
      write(async (connection) => {
        await sql`
          WITH clock AS MATERIALIZED (SELECT ${nowMs} AS now_ms),
          every_token AS (
            SELECT number FROM payment_tokens WHERE store_hash = ${storeHash} ORDER BY number ${lockRows})
          UPDATE payment_tokens SET not_before_ms = ${greatest}(not_before_ms, (SELECT now_ms FROM clock) + ${forMs})
          WHERE store_hash = ${storeHash} AND number IN (SELECT number FROM every_token)`.execute(connection)
      }),
  }
}
