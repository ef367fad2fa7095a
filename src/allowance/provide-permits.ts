import { sql } from 'kysely'
import { dialectOf } from '../stores/engine/dialect.ts'
import type { PaymentTokensOptions } from './permit-store.ts'

/** One starter at a time makes and takes away tokens: "tillgate tokens" in hex, cut. */
const lockNumber = 0x746f6b65

/**
 * Makes the missing tokens, and takes away those too many that come back first: with what was spent last still on
 * record, no window that ends with another payment holds more than the new limit.
 */
export async function provideTokens(options: PaymentTokensOptions): Promise<void> {
  const { database, storeHash, limit, rule } = options
  await database.transaction().execute(async (transaction) => {
    const { name, nowMs, least, lockRows } = dialectOf(transaction)
    if (name === 'Postgres') await sql`SELECT pg_advisory_xact_lock(${lockNumber})`.execute(transaction)
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
