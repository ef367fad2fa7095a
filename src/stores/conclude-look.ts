import type { Transaction } from 'kysely'
import type { Conclusion } from '../domain/conclusion.ts'
import { isFinal, isUnsettled, type PaymentAttempt } from '../domain/payment-attempt.ts'
import type { Note } from '../domain/payment-story.ts'
import { dialectOf } from './engine/dialect.ts'
import type { Tables } from './engine/tables.ts'
import { toAttempt } from './find-attempts.ts'
import { writeHistory } from './payment-history.ts'
import { type FinalAnswer, passOrderOn, settleAttempt } from './settle-attempt.ts'
import { moveHolds } from './velocity-holds.ts'
import type { WriteEvents } from './write-events.ts'

/** What one look decided: the conclusion, and when the next looks are due by this instance's clock. */
export interface Weighed extends Conclusion {
  /** The next look by the schedule, for an attempt that still has no end; null for none. */
  readonly nextLookAtMs: number | null
  /** Whether this look was one of the schedule's: one that was asked for does not use the schedule up. */
  readonly countsAsScheduled: boolean
  /** The next look of the watch, for an attempt that has ended. */
  readonly nextWatchAtMs: number | null
  /** What is told of it in the payment's story; written where its end is. */
  readonly notes: readonly Note[]
}

export interface Concluded {
  readonly before: PaymentAttempt
  readonly after: PaymentAttempt
  readonly weighed: Weighed
  /** Whether a charge that no attempt accounts for was noted on the order, which was not before. */
  readonly isNewlyUnaccounted: boolean
}

/**
 * Judges an attempt and writes what follows, in one transaction with all attempts on the order locked: how the others have
 * ended is counted there, not when the look began.
 *
 * @param lookedFromMs when the look began; what asked for one since then keeps its own.
 */
export async function concludeLook(
  transaction: Transaction<Tables>,
  id: string,
  weigh: (attempt: PaymentAttempt, others: readonly PaymentAttempt[]) => Weighed,
  finalAnswer: FinalAnswer,
  {
    nowMs,
    lookedFromMs,
    writeEvents,
  }: { readonly nowMs: number; readonly lookedFromMs: number; readonly writeEvents: WriteEvents },
): Promise<Concluded> {
  const { store_hash: storeHash, order_id: orderId } = await transaction
    .selectFrom('payment_attempts')
    .select(['store_hash', 'order_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const rows = await lockedAttempts(transaction, storeHash, orderId)
  const attempts = rows.map(toAttempt)
  const before = attempts.find((one) => one.id === id)
  if (!before) throw new Error(`attempt ${id} was deleted`)
  const weighed = weigh(
    before,
    attempts.filter((one) => one.id !== id),
  )
  const { end, quiet, nextLookAtMs, countsAsScheduled, isUnaccounted } = weighed
  const watchAtMs = rows.find((row) => row.id === id)?.next_watch_at_ms ?? null
  const nextWatchAtMs = soonerNews(watchAtMs, end ? null : weighed.nextWatchAtMs, lookedFromMs)
  await transaction
    .updateTable('payment_attempts')
    .set(({ eb, ref, case: when }) => ({
      leased_until_ms: null,
      looked_at_ms: nowMs,
      looks: countsAsScheduled ? eb('looks', '+', 1) : ref('looks'),
      quiet_looks: quiet?.looks ?? 0,
      quiet_since_ms: quiet?.sinceMs ?? null,
      next_look_at_ms: isUnsettled(before.status) ? nextLookAtMs : null,
      next_watch_at_ms: nextWatchAtMs,
      asked_at_ms: when().when('asked_at_ms', '>', lookedFromMs).then(ref('asked_at_ms')).else(null).end(),
    }))
    .where('id', '=', id)
    .execute()
  const isNewlyUnaccounted =
    isUnaccounted !== null && (await noteUnaccounted(transaction, storeHash, orderId, isUnaccounted, nowMs))
  const after = end ? await settleAttempt(transaction, id, end, finalAnswer, nowMs, writeEvents) : before
  const showsLate = isFinal(before.status) && after.status === 'succeeded' && before.status !== 'succeeded'
  if (showsLate || isUnaccounted) await stopUnsent(transaction, storeHash, orderId, nowMs)
  if (!end || after.status === end.status) {
    const fresh = await writeHistory(transaction, id, weighed.notes, nowMs)
    const tellings = fresh.flatMap(({ telling }) => telling ?? [])
    await writeEvents.ofTellings(transaction, tellings, { before: before.status, after, nowMs })
  }
  return { before, after, weighed, isNewlyUnaccounted }
}

/** A webhook may have come while BigCommerce was being read: the look that it asked for is kept. */
const soonerNews = (askedAtMs: number | null, nextMs: number | null, lookedFromMs: number): number | null =>
  askedAtMs !== null && askedAtMs > lookedFromMs ? Math.min(askedAtMs, nextMs ?? askedAtMs) : nextMs

const lockedAttempts = (transaction: Transaction<Tables>, storeHash: string, orderId: number) => {
  const all = transaction
    .selectFrom('payment_attempts')
    .selectAll()
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .orderBy('id')
  // SQLite has one writer at a time, and no FOR UPDATE.
  return dialectOf(transaction).name === 'Postgres' ? all.forUpdate().execute() : all.execute()
}

/** An attempt that was claimed before a charge showed, and has not been sent, will not be sent. */
async function stopUnsent(
  transaction: Transaction<Tables>,
  storeHash: string,
  orderId: number,
  nowMs: number,
): Promise<void> {
  const stopped = await transaction
    .updateTable('payment_attempts')
    .set({
      status: 'not_sent',
      problem_code: 'order_already_paid',
      holds_order: null,
      updated_at_ms: nowMs,
      ended_at_ms: nowMs,
    })
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .where('status', '=', 'claimed')
    .returning('id')
    .execute()
  if (stopped.length === 0) return
  await moveHolds(
    transaction,
    stopped.map(({ id }) => id),
    null,
  )
  await passOrderOn(transaction, storeHash, orderId)
}

/** @returns whether a charge was noted that was not noted before. */
async function noteUnaccounted(
  transaction: Transaction<Tables>,
  storeHash: string,
  orderId: number,
  isUnaccounted: boolean,
  nowMs: number,
): Promise<boolean> {
  if (isUnaccounted) {
    const noted = await transaction
      .insertInto('unaccounted_charges')
      .values({ store_hash: storeHash, order_id: orderId, seen_at_ms: nowMs })
      .onConflict((conflict) => conflict.doNothing())
      .returning('order_id')
      .executeTakeFirst()
    return noted !== undefined
  }
  await transaction
    .deleteFrom('unaccounted_charges')
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .execute()
  return false
}
