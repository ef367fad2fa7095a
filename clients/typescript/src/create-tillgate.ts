import { type CallerToken, createExchange } from './exchange.ts'
import { createKeptPayments, type KeyStorage, memoryStorage } from './kept-payments.ts'
import { type Wait, waitByTimer } from './pause.ts'
import { createPay } from './pay-order.ts'
import { createPaymentsApi } from './payments-api.ts'
import { createReader, type ReadOptions } from './read-until-answered.ts'
import { createResume } from './resume-payment.ts'

export interface TillgateOptions {
  /** Where the service is, e.g. `https://pay.shop.example`. */
  readonly baseUrl: string
  readonly token: CallerToken
  /** Where the keys of unfinished payments are kept. By default in memory, which a reload clears. */
  readonly storage?: KeyStorage
  /** How long to wait for one answer before it counts as lost. Asking again is safe. */
  readonly answerWithinMs?: number
  readonly fetch?: typeof globalThis.fetch
  /** For tests: how to wait, and what time it is. */
  readonly wait?: Wait
  readonly now?: () => number
}

export type Tillgate = ReturnType<typeof createTillgate>

/** Talks to one Tillgate service for one caller. Works wherever `fetch` does. */
export function createTillgate(options: TillgateOptions) {
  const { baseUrl, token, storage = memoryStorage(), answerWithinMs = 30_000 } = options
  const { fetch = globalThis.fetch, wait = waitByTimer, now = Date.now } = options
  const timing = { wait, now }
  const api = createPaymentsApi(baseUrl, fetch)
  const exchange = createExchange(token, answerWithinMs)
  const kept = createKeptPayments(storage)
  const read = createReader(exchange, wait)

  return {
    /** What the order can be paid with, and what is due. @throws TillgateProblem, TillgateUnreachable */
    listPaymentMethods: (orderId: number, options?: ReadOptions) =>
      read((parts) => api.order.listPaymentMethods(orderId, parts), options),

    /** The payments of the order, newest first. @throws TillgateProblem, TillgateUnreachable */
    listPayments: async (orderId: number, options?: ReadOptions) =>
      (await read((parts) => api.order.listPayments(orderId, parts), options)).data,

    /** How one payment stands. @throws TillgateProblem, TillgateUnreachable */
    getPayment: async (orderId: number, paymentId: string, options?: ReadOptions) =>
      (await read((parts) => api.order.getPayment(orderId, paymentId, parts), options)).data,

    /**
     * Pays at most once, and resolves when the order is paid. Called again with the same payment, whatever happened
     * before, it uses the same key.
     *
     * @throws TillgateProblem when it is not paid. PaymentUnresolved when that is not known.
     */
    payOrder: createPay({ api: api.order, exchange, kept, timing, answerWithinMs }),

    /**
     * After a reload: follows the unfinished payment to its result. Null when there is none, or when none arrived. Then
     * the shopper may pay, and the same payment finds its key.
     *
     * @throws TillgateProblem, TillgateUnreachable, PaymentUnresolved
     */
    resume: createResume({ api: api.order, exchange, read, kept, timing, answerWithinMs }),

    /** What the checkout can be paid with, and what is due. @throws TillgateProblem, TillgateUnreachable */
    listCheckoutPaymentMethods: (checkoutId: string, options?: ReadOptions) =>
      read((parts) => api.checkout.listPaymentMethods(checkoutId, parts), options),

    /** The payments of the checkout, newest first. @throws TillgateProblem, TillgateUnreachable */
    listCheckoutPayments: async (checkoutId: string, options?: ReadOptions) =>
      (await read((parts) => api.checkout.listPayments(checkoutId, parts), options)).data,

    /** How one payment of the checkout stands. @throws TillgateProblem, TillgateUnreachable */
    getCheckoutPayment: async (checkoutId: string, paymentId: string, options?: ReadOptions) =>
      (await read((parts) => api.checkout.getPayment(checkoutId, paymentId, parts), options)).data,

    /**
     * As `payOrder`, for a checkout: the service makes its order. `order_id` of the payment says which.
     *
     * @throws TillgateProblem when it is not paid. PaymentUnresolved when that is not known.
     */
    payCheckout: createPay({ api: api.checkout, exchange, kept, timing, answerWithinMs }),

    /** As `resume`, for a checkout. @throws TillgateProblem, TillgateUnreachable, PaymentUnresolved */
    resumeCheckout: createResume({ api: api.checkout, exchange, read, kept, timing, answerWithinMs }),
  }
}
