import type { Kysely } from 'kysely'
import { type AttemptStatus, closesOrder, type PaymentAttempt } from '../domain/payment-attempt.ts'
import { duplicate, eventOf, type Telling, tellingOfStep } from '../domain/payment-event.ts'
import { PART_PAYING_TYPES } from '../domain/payment-instrument.ts'
import type { PaymentEventRow, Tables } from './engine/tables.ts'

/** A payment as it stood before something happened to it, and as it stands now. */
export interface Step {
  readonly before: AttemptStatus
  readonly after: PaymentAttempt
  readonly nowMs: number
}

export type NewEvent = Pick<
  PaymentEventRow,
  'id' | 'type' | 'store_hash' | 'payment_id' | 'body' | 'created_at_ms'
> & { readonly new_since_ms: number }

/** Writes into the outbox what is told of a step, within the transaction that makes the step. */
export interface WriteEvents {
  /** The event of a step of a payment that is the only one of its order; null where there is none. Left out where nothing listens. */
  ofFirst?(step: Step): NewEvent | null
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
  function rowOf(telling: Telling, { before, after, nowMs }: Step): NewEvent {
    const { id, type, body } = eventOf(telling, after, before, nowMs)
    const about = { id, type, store_hash: storeHash, payment_id: after.id, body: JSON.stringify(body) }
    return { ...about, created_at_ms: nowMs, new_since_ms: nowMs }
  }
  const ofTellings: WriteEvents['ofTellings'] = async (transaction, tellings, step) => {
    if (tellings.length === 0) return
    await transaction
      .insertInto('payment_events')
      .values(tellings.map((telling) => rowOf(telling, step)))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  return {
    ofFirst(step) {
      const telling = tellingOfStep(step.before, step.after.status)
      return telling && rowOf(telling, step)
    },
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
    .where('instrument_type', 'not in', PART_PAYING_TYPES)
    .where('id', '<>', id)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}
