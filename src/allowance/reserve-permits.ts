import { sql } from 'kysely'
import { dialectOf } from '../stores/engine/dialect.ts'
import type { PaymentTokensOptions, Reserved } from './permit-store.ts'
import type { Reservation } from './rule.ts'

/** In the statement's text, where SQLite sees that it need not sort: most ask for one. */
const one = sql`1`

/**
 * One statement, joined to what is due rather than with it in an IN, which SQLite would work out for each row. On Postgres those who reserve at the same moment do not wait for each other: each passes over the rows
 * that another is taking, and the condition is checked again on the row as it stands once it is locked.
 */
export async function reserveTokens(
  { database, storeHash, instance, rule }: PaymentTokensOptions,
  count: number,
  withinMs: number,
): Promise<Reserved> {
  const { nowMs, greatest, lockFreeRows } = dialectOf(database)
  const backAtMs = sql`${greatest}(counted_at_ms + ${rule.windowMs}, not_before_ms)`
  const clock = sql`(SELECT now_ms FROM clock)`
  const forMs = sql`${greatest}(counted_at_ms + ${rule.windowMs}, not_before_ms, ${clock})`
  const { rows } = await sql<Reservation & { left: number }>`
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
          <= payment_tokens.reserved_at_ms) AS "left"`.execute(database)
  return {
    taken: rows
      .map(({ left: _left, ...reservation }) => reservation)
      .sort((a, b) => a.forMs - b.forMs || a.number - b.number),
    left: rows[0]?.left ?? null,
  }
}
