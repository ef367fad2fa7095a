import { createAskToWait } from './ask-to-wait.ts'
import type { Exchange, RequestParts, Send } from './exchange.ts'
import { endedUnpaid, judgePayment } from './judge-answer.ts'
import type { KeptPayments, PayableId } from './kept-payments.ts'
import { pauseAfter, pauseMs } from './pause.ts'
import { type PayableApi, usualMaxWaitMs, type WaitOptions } from './pay-order.ts'
import type { PayUntilKnownOptions } from './pay-until-known.ts'
import { PaymentUnresolved } from './payment-unresolved.ts'
import type { Read } from './read-until-answered.ts'
import type { Payment, PaymentRequest } from './types.ts'

interface ResumableApi<Id extends PayableId> extends Pick<PayableApi<Id, PaymentRequest>, 'getPayment'> {
  listPayments(id: Id, parts: RequestParts): ReturnType<Send<{ readonly data: readonly Payment[] }>>
}

export interface ResumeDependencies<Id extends PayableId> {
  readonly api: ResumableApi<Id>
  readonly exchange: Exchange
  readonly read: Read
  readonly kept: KeptPayments
  readonly timing: Pick<PayUntilKnownOptions, 'wait' | 'now'>
  /** How long one answer may take. */
  readonly answerWithinMs: number
}

/**
 * An order or a checkout has at most one payment in progress, and one that pays it in full. Any other payment may be an
 * earlier one, while the request for this one has not arrived yet.
 */
const mayBeIt = (payment: Payment) =>
  !endedUnpaid(payment) && !(payment.status === 'success' && paysAPart.has(payment.instrument_type))
const paysAPart: ReadonlySet<string> = new Set(['gift_certificate', 'store_credit'])

/** Follows a payment that was begun before a reload. Needs no card, which is never kept. */
export function createResume<Id extends PayableId>(dependencies: ResumeDependencies<Id>) {
  const { api, exchange, read, kept, answerWithinMs } = dependencies
  const { wait, now } = dependencies.timing

  return async function resume(payableId: Id, options: WaitOptions = {}): Promise<Payment | null> {
    const { signal, maxWaitMs = usualMaxWaitMs, onWaiting = () => {} } = options
    const begun = await kept.find(payableId)
    if (begun === null) return null
    const until = now() + maxWaitMs
    const askToWait = createAskToWait(answerWithinMs)

    async function find(): Promise<Payment | null> {
      const listed = await read((parts) => api.listPayments(payableId, parts), signal ? { signal } : {})
      return listed.data.find(({ id }) => id === begun?.paymentId) ?? listed.data.find(mayBeIt) ?? null
    }

    /** How the payment stands, if possible after the service has waited for its end; and how long to pause then. */
    async function look({ id }: Payment, tries: number): Promise<[Payment | null, nextInMs: number]> {
      const askedAt = now()
      const answer = await askToWait(until - askedAt, (seconds) =>
        exchange((parts) => api.getPayment(payableId, id, parts, seconds), signal),
      )
      if (answer.kind !== 'ok') return [await find(), pauseMs(tries, null)]
      const payment = answer.body.data
      // It was taken for the one that was begun, which may not have arrived yet.
      const isAnother = endedUnpaid(payment) && id !== begun?.paymentId
      return [isAnother ? await find() : payment, pauseAfter(answer, tries, now() - askedAt)]
    }

    let payment = await find()
    let nextInMs = 0
    for (let tries = 1; payment !== null; tries += 1) {
      const verdict = judgePayment(payment, null)
      if (verdict.kind === 'paid' || endedUnpaid(payment)) {
        await kept.end(payableId, begun.key)
        return payment
      }
      if (verdict.kind !== 'wait' || now() + nextInMs > until)
        throw new PaymentUnresolved({ payableId, idempotencyKey: begun.key, payment, cause: null })
      onWaiting({ reason: verdict.reason, tries, nextInMs, payment })
      if (nextInMs > 0) await wait(nextInMs, signal)
      const seen = await look(payment, tries)
      payment = seen[0]
      nextInMs = seen[1]
    }
    return null
  }
}
