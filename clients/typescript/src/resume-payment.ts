import { judgePayment } from './judge-answer.ts'
import type { KeptPayments, PayableId } from './kept-payments.ts'
import { pauseMs } from './pause.ts'
import type { WaitOptions } from './pay-order.ts'
import type { PayUntilKnownOptions } from './pay-until-known.ts'
import { PaymentUnresolved } from './payment-unresolved.ts'
import type { Payment } from './types.ts'

export interface ResumeDependencies<Id extends PayableId> {
  readonly kept: KeptPayments
  readonly listPayments: (id: Id, signal?: AbortSignal) => Promise<readonly Payment[]>
  readonly timing: Pick<PayUntilKnownOptions, 'wait' | 'now'>
}

const usualMaxWaitMs = 120_000

const isEndedUnpaid = ({ status }: Payment) => status === 'declined' || status === 'not_charged'
/**
 * An order or a checkout has at most one payment in progress, and one that pays it in full. Any other payment may be an
 * earlier one, while the request for this one has not arrived yet.
 */
const mayBeIt = (payment: Payment) =>
  !isEndedUnpaid(payment) && !(payment.status === 'success' && paysAPart.has(payment.instrument_type))
const paysAPart: ReadonlySet<string> = new Set(['gift_certificate', 'store_credit'])

/** Follows a payment that was begun before a reload. Needs no card, which is never kept. */
export function createResume<Id extends PayableId>({
  kept,
  listPayments,
  timing: { wait, now },
}: ResumeDependencies<Id>) {
  return async function resume(payableId: Id, options: WaitOptions = {}): Promise<Payment | null> {
    const { signal, maxWaitMs = usualMaxWaitMs, onWaiting = () => {} } = options
    const begun = await kept.find(payableId)
    if (begun === null) return null
    const until = now() + maxWaitMs

    for (let tries = 1; ; tries += 1) {
      const payments = await listPayments(payableId, signal)
      const payment = payments.find(({ id }) => id === begun.paymentId) ?? payments.find(mayBeIt)
      if (payment === undefined) return null
      const verdict = judgePayment(payment, null)
      if (verdict.kind === 'paid' || isEndedUnpaid(payment)) {
        await kept.end(payableId, begun.key)
        return payment
      }
      const nextInMs = pauseMs(tries, null)
      if (verdict.kind !== 'wait' || now() + nextInMs > until)
        throw new PaymentUnresolved({ payableId, idempotencyKey: begun.key, payment, cause: null })
      onWaiting({ reason: verdict.reason, tries, nextInMs, payment })
      await wait(nextInMs, signal)
    }
  }
}
