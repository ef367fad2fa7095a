import type { Kysely } from 'kysely'
import { RUNNING_STATUSES } from '../domain/payment-attempt.ts'
import { prepare } from './engine/dialect.ts'
import { rowsOf } from './engine/sqlite.ts'
import type { Tables } from './engine/tables.ts'
import { orderIdOf, statusIn, toAttempt } from './find-attempts.ts'
import { moveHolds } from './velocity-holds.ts'
import type { WriteEvents } from './write-events.ts'

/** How long an attempt must have stood still to count as abandoned, by where it stands. */
export interface StillFor {
  readonly claimedMs: number
  readonly sendingMs: number
}

export interface Abandoned {
  readonly paymentId: string
  /** null where it was *ordering*. */
  readonly orderId: number | null
}

/** What recovery did with attempts that a dead instance left behind. */
export interface Recovered {
  /** Claimed and never sent: key and order are free again. */
  readonly released: readonly Abandoned[]
  /** Sent, or perhaps sent. */
  readonly unknown: readonly Abandoned[]
  /** Why an attempt could not be ended, if there was one; the next round tries again. */
  readonly failure?: unknown
}

/** A crash leaves the attempts that one instance was working on. If there are more than this, the next rounds end them. */
const recoveredMax = 100
/** Each is a transaction of its own, and where the ledger is away each of them fails. */
const aloneMax = 10

/** Asked first, twice a second. Usually there is nothing, and then nothing further is done. */
const anyAbandoned = prepare<{ storeHash: string; beforeMs: number }, { isAny: unknown }>((queries, give) =>
  queries
    .selectNoFrom(({ exists, selectFrom }) =>
      exists(
        selectFrom('payment_attempts')
          .select('id')
          .where(statusIn(RUNNING_STATUSES))
          .where('updated_at_ms', '<=', give('beforeMs'))
          .where('store_hash', '=', give('storeHash')),
      ).as('isAny'),
    )
    .compile(),
)

/**
 * Ends the attempts that a dead instance was working on. A *claimed* one was certainly not sent, and never will be: if its instance
 * is alive after all, it finds before it sends that the attempt is no longer its own. A *sending* one may have been charged:
 * it becomes *unknown* and is never sent again.
 */
export async function recoverAbandoned(
  database: Kysely<Tables>,
  storeHash: string,
  nowMs: number,
  stillFor: StillFor,
  writeEvents: WriteEvents,
): Promise<Recovered> {
  const beforeMs = nowMs - Math.min(stillFor.claimedMs, stillFor.sendingMs)
  const [found] = await rowsOf(database, anyAbandoned(database, { storeHash, beforeMs }))
  if (!found?.isAny) return { released: [], unknown: [] }
  const batch = (status: 'claimed' | 'sending', stillForMs: number) =>
    database
      .selectFrom('payment_attempts')
      .select('id')
      .where(statusIn(RUNNING_STATUSES))
      .where('updated_at_ms', '<=', nowMs - stillForMs)
      .where('store_hash', '=', storeHash)
      .where('status', '=', status)
      .orderBy('updated_at_ms')
      .limit(recoveredMax)
  const release = async (ids: readonly string[]) => {
    const released = await database
      .updateTable('payment_attempts')
      .set({
        status: 'not_sent',
        problem_code: 'internal_error',
        holds_order: null,
        updated_at_ms: nowMs,
        ended_at_ms: nowMs,
      })
      .where('id', 'in', ids)
      // The condition is there twice, since between choosing and ending the attempt's instance may have gone on.
      .where('status', '=', 'claimed')
      .where('updated_at_ms', '<=', nowMs - stillFor.claimedMs)
      .returning(['id', 'order_id'])
      .execute()
    await moveHolds(database, idsOf(released), null)
    return released
  }
  const doubt = (ids: readonly string[]) =>
    database.transaction().execute(async (transaction) => {
      const moved = await transaction
        .updateTable('payment_attempts')
        .set({
          status: 'unknown',
          updated_at_ms: nowMs,
          next_look_at_ms: nowMs,
          unsettled_since_ms: nowMs,
        })
        .where('id', 'in', ids)
        .where('status', '=', 'sending')
        .where('updated_at_ms', '<=', nowMs - stillFor.sendingMs)
        .returningAll()
        .execute()
      await moveHolds(transaction, idsOf(moved), 'unknown')
      for (const row of moved)
        await writeEvents.ofStep(transaction, { before: 'sending', after: toAttempt(row), nowMs })
      return moved
    })
  const released = await ended(idsOf(await batch('claimed', stillFor.claimedMs).execute()), release)
  const unknown = await ended(idsOf(await batch('sending', stillFor.sendingMs).execute()), doubt)
  const [failure] = [...released.failures, ...unknown.failures]
  return {
    released: namesOf(released.rows),
    unknown: namesOf(unknown.rows),
    ...(failure === undefined ? {} : { failure }),
  }
}

/**
 * Ends a batch at once. If that fails, ends some of it one by one, in random order, so that an attempt that cannot be ended does not
 * stop the others for ever.
 */
async function ended<Row>(
  ids: readonly string[],
  end: (ids: readonly string[]) => Promise<readonly Row[]>,
): Promise<{ readonly rows: readonly Row[]; readonly failures: readonly unknown[] }> {
  if (ids.length === 0) return { rows: [], failures: [] }
  try {
    return { rows: await end(ids), failures: [] }
  } catch {
    const rows: Row[] = []
    const failures: unknown[] = []
    for (const { id } of shuffled(ids).slice(0, aloneMax))
      await end([id]).then(
        (one) => rows.push(...one),
        (error) => failures.push(error),
      )
    return { rows, failures }
  }
}

const shuffled = (ids: readonly string[]) =>
  ids.map((id) => ({ id, place: Math.random() })).sort((one, other) => one.place - other.place)

const namesOf = (rows: readonly { readonly id: string; readonly order_id: number }[]): Abandoned[] =>
  rows
    .map((row) => ({ paymentId: row.id, orderId: orderIdOf(row) }))
    .sort((one, other) => (one.paymentId < other.paymentId ? -1 : 1))

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)
