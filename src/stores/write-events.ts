import type { Kysely } from 'kysely'
import { type AttemptStatus, closesOrder, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { duplicate, eventOf, type Telling, tellingOfStep } from '../domain/payment-event.ts'
import { INSTRUMENT_TYPES, paysAPart } from '../domain/payment-instrument.ts'
import type { Tables } from './engine/tables.ts'

/** A payment as it stood before something happened to it, and as it stands now. */
export interface Step {
  readonly before: AttemptStatus
  readonly after: PaymentAttempt
  readonly nowMs: number
}

/** Writes into the outbox what is told of a step, within the transaction that makes the step. */
export interface WriteEvents {
  /** The event of the new status, if there is one; and that its order is paid twice, if it is. */
  ofStep(transaction: Kysely<Tables>, step: Step): Promise<void>
  /** What a look has found beside a new status. */
  ofTellings(transaction: Kysely<Tables>, tellings: readonly Telling[], step: Step): Promise<void>
}

/** Where nothing listens, nothing is written. */
export const writeNoEvents: WriteEvents = {
  async ofStep() {},
  async ofTellings() {},
}

export function createWriteEvents(storeHash: string): WriteEvents {
  const ofTellings: WriteEvents['ofTellings'] = async (transaction, tellings, { before, after, nowMs }) => {
    if (tellings.length === 0) return
    await transaction
      .insertInto('payment_events')
      .values(
        tellings.map((telling) => {
          const { id, type, body } = eventOf(telling, after, before, nowMs)
          return {
            id,
            type,
            store_hash: storeHash,
            payment_id: after.id,
            body: JSON.stringify(body),
            created_at_ms: nowMs,
            new_since_ms: nowMs,
          }
        }),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  return {
    async ofStep(transaction, step) {
      const telling = tellingOfStep(step.before, step.after.status)
      if (!telling) return
      const isTwice = closesOrder(step.after) && (await isPaidByAnother(transaction, storeHash, step.after))
      await ofTellings(transaction, isTwice ? [telling, duplicate] : [telling], step)
    },
    ofTellings,
  }
}

async function isPaidByAnother(
  queries: Kysely<Tables>,
  storeHash: string,
  { id, orderId }: PaymentAttempt,
): Promise<boolean> {
  if (orderId === null) return false
  const other = await queries
    .selectFrom('payment_attempts')
    .select('id')
    .where('store_hash', '=', storeHash)
    .where('order_id', '=', orderId)
    .where('status', '=', 'succeeded')
    .where('instrument_type', 'not in', INSTRUMENT_TYPES.filter(paysAPart))
    .where('id', '<>', id)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}
