import { createAskToWait } from './ask-to-wait.ts'
import type { Answer, Exchange, RequestParts, Send } from './exchange.ts'
import { endedUnpaid } from './judge-answer.ts'
import type { KeptPayments, PayableId } from './kept-payments.ts'
import { type PayUntilKnownOptions, payUntilKnown, type Waiting } from './pay-until-known.ts'
import { PaymentUnresolved } from './payment-unresolved.ts'
import { TillgateProblem } from './tillgate-problem.ts'
import type { Payment, PaymentRequest } from './types.ts'

export interface WaitOptions {
  /** Stops the waiting, not the payment. Call again to learn the result. */
  readonly signal?: AbortSignal
  /** How long to keep asking. */
  readonly maxWaitMs?: number
  /** Called each time the result is not known yet. */
  readonly onWaiting?: (waiting: Waiting) => void
}
export interface PayOptions extends WaitOptions {
  /** Your own key, if you keep one with the order. It must be new for each payment that the shopper wants to make. */
  readonly idempotencyKey?: string
}

type PaymentBody = { readonly data: Payment }

/** How one kind of thing is paid: an order, or a checkout. */
export interface PayableApi<Id extends PayableId, Request extends PaymentRequest> {
  pay(
    id: Id,
    key: string,
    request: Request,
    parts: RequestParts,
    waitSeconds: number,
  ): ReturnType<Send<PaymentBody>>
  getPayment(
    id: Id,
    paymentId: string,
    parts: RequestParts,
    waitSeconds: number,
  ): ReturnType<Send<PaymentBody>>
}

export interface PayDependencies<Id extends PayableId, Request extends PaymentRequest> {
  readonly api: PayableApi<Id, Request>
  readonly exchange: Exchange
  readonly kept: KeptPayments
  readonly timing: Pick<PayUntilKnownOptions, 'wait' | 'now'>
  /** How long one answer may take. */
  readonly answerWithinMs: number
}

/** A charge may take a minute, and reconciliation a bit longer. After that, ask the shopper to come back later. */
export const usualMaxWaitMs = 120_000

type PaymentAnswer = Answer<PaymentBody>

/** Makes what pays an order, or a checkout. */
export function createPay<Id extends PayableId, Request extends PaymentRequest>({
  api,
  exchange,
  kept,
  timing,
  answerWithinMs,
}: PayDependencies<Id, Request>) {
  return async function pay(id: Id, request: Request, options: PayOptions = {}): Promise<Payment> {
    const { signal, maxWaitMs = usualMaxWaitMs, onWaiting = () => {} } = options
    const { key } = await kept.begin(id, request, options.idempotencyKey)
    const askToWait = createAskToWait(answerWithinMs)
    let isFirst = true
    let mayLook = true

    /** The first answer is not put off: it may be a refusal, and a 202 shows the payment to look at. */
    function send(leftMs: number): Promise<PaymentAnswer> {
      const waitingMs = isFirst ? 0 : leftMs
      isFirst = false
      return askToWait(waitingMs, (seconds) =>
        exchange((parts) => api.pay(id, key, request, parts, seconds), signal),
      )
    }

    /** Reading sends no card data again. But why a payment was not charged, only the payment's own answer says. */
    async function ask(seen: Payment | null, leftMs: number): Promise<PaymentAnswer> {
      if (seen === null || !mayLook) return send(leftMs)
      const look = await askToWait(leftMs, (seconds) =>
        exchange((parts) => api.getPayment(id, seen.id, parts, seconds), signal),
      )
      if (look.kind === 'problem') mayLook = false
      return look.kind === 'problem' || isEndedUnpaid(look) ? send(leftMs) : look
    }

    try {
      const payment = await payUntilKnown({
        ask,
        unresolved: (payment, cause) =>
          new PaymentUnresolved({ payableId: id, idempotencyKey: key, payment, cause }),
        async onWaiting(waiting) {
          onWaiting(waiting)
          if (waiting.payment) await kept.remember(id, key, waiting.payment.id)
        },
        ...timing,
        signal,
        maxWaitMs,
      })
      await kept.end(id, key)
      return payment
    } catch (error) {
      if (error instanceof TillgateProblem && endsTheKey(error)) await kept.end(id, key)
      throw error
    }
  }
}

const isEndedUnpaid = (look: PaymentAnswer) => look.kind === 'ok' && endedUnpaid(look.body.data)
const endsTheKey = ({ retry, code }: TillgateProblem) => retry === 'new_key' || code === 'order_already_paid'
