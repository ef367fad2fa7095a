import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import type { Money } from '../domain/money.ts'
import { type PaymentAttempt, RUNNING_STATUSES, UNSETTLED_STATUSES } from '../domain/payment-attempt.ts'
import type { Note, StoryEntry } from '../domain/payment-story.ts'
import type { PaymentAttemptRow, Tables } from './engine/tables.ts'
import { transact } from './engine/transact.ts'
import { statusIn, toAttempt } from './find-attempts.ts'
import { readHistory, writeHistory } from './payment-history.ts'
import { findClosing } from './settle-attempt.ts'
import { type WriteEvents, writeNoEvents } from './write-events.ts'

/** An attempt, who made it, and what was noted of it. */
export interface DeskAttempt {
  readonly attempt: PaymentAttempt
  /** The caller: issuer and subject of its token. */
  readonly principal: string
  readonly noted: readonly StoryEntry[]
}

/** A charge that may have been made, and that the ledger does not know because it was restored from an earlier backup. */
export interface ForgottenCharge {
  /** Its id in the log of then, or a new one. */
  readonly paymentId: string
  readonly orderId: number
  readonly money: Money
  readonly paymentMethodId: string
  readonly sentAtMs: number
  readonly correlationId: string
}

/** What people can read in the ledger, and the one thing that they can write. Each method throws Problem `store_unavailable` when the database fails. */
export interface DeskLedger {
  /** The attempts without an end, oldest first, at most so many; without what was noted of them. */
  listOpen(limit: number): Promise<DeskAttempt[]>
  tellById(id: string): Promise<DeskAttempt | null>
  /** Every attempt on an order, newest first. */
  tellByOrder(orderId: number): Promise<DeskAttempt[]>
  /**
   * Holds an order for a charge that the ledger has forgotten, until a look or a person says what became of it.
   *
   * @returns null where the order is held or paid already.
   */
  hold(charge: ForgottenCharge, note: Note): Promise<PaymentAttempt | null>
}

export interface DeskLedgerOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  readonly now: Clock
  /** Without it no event is written. */
  readonly writeEvents?: WriteEvents
}

export function createDeskLedger(options: DeskLedgerOptions): DeskLedger {
  const { database, storeHash, now, writeEvents = writeNoEvents } = options
  const attempts = () =>
    database.selectFrom('payment_attempts').selectAll().where('store_hash', '=', storeHash)

  async function tell(rows: readonly Selectable<PaymentAttemptRow>[]): Promise<DeskAttempt[]> {
    const history = await readHistory(
      database,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => ({ ...withoutNotes(row), noted: history.get(row.id) ?? [] }))
  }

  return {
    listOpen: (limit) =>
      transact(async () => {
        const unsettled = attempts().where(statusIn(UNSETTLED_STATUSES)).orderBy('created_at_ms')
        const running = database
          .selectFrom('payment_attempts')
          .selectAll()
          .where(statusIn(RUNNING_STATUSES))
          // Every moment is; without it SQLite would read all that has ended.
          .where('updated_at_ms', '>', 0)
          .where('store_hash', '=', storeHash)
          .orderBy('updated_at_ms')
        const rows = [...(await unsettled.limit(limit).execute()), ...(await running.limit(limit).execute())]
        return rows
          .sort((one, other) => one.created_at_ms - other.created_at_ms)
          .slice(0, limit)
          .map(withoutNotes)
      }),
    tellById: (id) =>
      transact(async () => {
        const [found] = await tell(await attempts().where('id', '=', id).execute())
        return found ?? null
      }),
    tellByOrder: (orderId) =>
      transact(async () =>
        tell(
          await attempts()
            .where('order_id', '=', orderId)
            .orderBy('created_at_ms', 'desc')
            .orderBy('id')
            .execute(),
        ),
      ),
    hold: (charge, note) =>
      transact(() =>
        database.transaction().execute(async (transaction) => {
          const nowMs = now()
          const held = await hold(transaction, storeHash, charge, note, nowMs)
          if (held) await writeEvents.ofStep(transaction, { before: 'sending', after: held, nowMs })
          return held
        }),
      ),
  }
}

const withoutNotes = (row: Selectable<PaymentAttemptRow>): DeskAttempt => ({
  attempt: toAttempt(row),
  principal: row.principal,
  noted: [],
})

/** It is due for a look now. If BigCommerce shows the charge, that look settles it. */
async function hold(
  transaction: Transaction<Tables>,
  storeHash: string,
  charge: ForgottenCharge,
  note: Note,
  nowMs: number,
): Promise<PaymentAttempt | null> {
  if (await findClosing(transaction, storeHash, charge.orderId)) return null
  // Of a checkout as other attempts on its order say: then it keeps the checkout's other orders from being charged too.
  const known = await transaction
    .selectFrom('payment_attempts')
    .select('cart_id')
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', charge.orderId)
    .where('cart_id', 'is not', null)
    .executeTakeFirst()
  const cartId = known?.cart_id ?? null
  const row = await transaction
    .insertInto('payment_attempts')
    .values({
      id: charge.paymentId,
      store_hash: storeHash,
      order_id: charge.orderId,
      holds_order: charge.orderId,
      principal: 'desk',
      instrument_type: 'card',
      payment_method_id: charge.paymentMethodId,
      status: 'needs_review',
      amount: charge.money.amount,
      currency: charge.money.currency,
      correlation_id: charge.correlationId,
      request_id: charge.correlationId,
      created_at_ms: charge.sentAtMs,
      updated_at_ms: nowMs,
      sent_at_ms: charge.sentAtMs,
      unsettled_since_ms: charge.sentAtMs,
      next_look_at_ms: nowMs,
      customer_id: null,
      cart_id: cartId,
      checkout_id: cartId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!row) return null
  await writeHistory(transaction, row.id, [note], nowMs)
  return toAttempt(row)
}
