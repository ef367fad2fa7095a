import type { Answer, Exchange } from './exchange.ts'
import type { KeptPayments } from './kept-payments.ts'
import { type PayUntilKnownOptions, payUntilKnown, type Waiting } from './pay-until-known.ts'
import { PaymentUnresolved } from './payment-unresolved.ts'
import type { PaymentsApi } from './payments-api.ts'
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

export interface PayOrderDependencies {
  readonly api: PaymentsApi
  readonly exchange: Exchange
  readonly kept: KeptPayments
  readonly timing: Pick<PayUntilKnownOptions, 'wait' | 'now'>
}

/** A charge may take a minute, and reconciliation a bit longer. After that, ask the shopper to come back later. */
const usualMaxWaitMs = 120_000

type PaymentAnswer = Answer<{ readonly data: Payment }>

export function createPayOrder({ api, exchange, kept, timing }: PayOrderDependencies) {
  return async function payOrder(orderId: number, request: PaymentRequest, options: PayOptions = {}) {
    const { signal, maxWaitMs = usualMaxWaitMs, onWaiting = () => {} } = options
    const { key } = await kept.begin(orderId, request, options.idempotencyKey)
    const pay = () => exchange((parts) => api.payOrder(orderId, key, request, parts), signal)
    let mayLook = true

    /** Reading sends no card data again. But why a payment was not charged, only the payment's own answer says. */
    async function ask(seen: Payment | null): Promise<PaymentAnswer> {
      if (seen === null || !mayLook) return pay()
      const look = await exchange((parts) => api.getPayment(orderId, seen.id, parts), signal)
      if (look.kind === 'problem') mayLook = false
      return look.kind === 'problem' || isEndedUnpaid(look) ? pay() : look
    }

    try {
      const payment = await payUntilKnown({
        ask,
        unresolved: (payment, cause) =>
          new PaymentUnresolved({ orderId, idempotencyKey: key, payment, cause }),
        async onWaiting(waiting) {
          onWaiting(waiting)
          if (waiting.payment) await kept.remember(orderId, key, waiting.payment.id)
        },
        ...timing,
        signal,
        maxWaitMs,
      })
      await kept.end(orderId, key)
      return payment
    } catch (error) {
      if (error instanceof TillgateProblem && endsTheKey(error)) await kept.end(orderId, key)
      throw error
    }
  }
}

const isEndedUnpaid = (look: PaymentAnswer) =>
  look.kind === 'ok' && (look.body.data.status === 'declined' || look.body.data.status === 'not_charged')
const endsTheKey = ({ retry, code }: TillgateProblem) => retry === 'new_key' || code === 'order_already_paid'
