import type { CheckoutsApi, OrderMaking } from '../clients/bigcommerce/checkouts-api.ts'
import { ASK_AGAIN_SECONDS } from '../domain/payment-answer.ts'
import type { OrderAttempt, PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { Checkouts } from '../stores/checkouts.ts'
import type { ChargeAttempt, Pause } from './charge-attempt.ts'
import type { FindMadeOrders } from './find-made-orders.ts'

/** How long the request, which holds the card, waits for the order. After that nothing is charged, even if the order is made. */
export const ORDERING_MS_MAX = 15_000

export interface WantedOrder {
  readonly checkoutId: string
  /** After this moment no order is made, by the clock that only goes forward. */
  readonly untilMs: number
}

/**
 * Lets BigCommerce make the order that a payment waits for; *ordering* is on record. Asks once. If the answer is lost, looks for the order.
 *
 * @returns the payment with its order. @throws Problem; the payment has ended as not sent then.
 */
export type MakeOrder = (
  attempt: PaymentAttempt,
  wanted: WantedOrder,
  context: RequestContext,
) => Promise<OrderAttempt>

export interface MakeOrderDependencies {
  readonly checkoutsApi: Pick<CheckoutsApi, 'makeOrder'>
  readonly checkouts: Pick<Checkouts, 'find' | 'noteMade' | 'noteNotMade'>
  readonly findMadeOrders: FindMadeOrders
  readonly charging: Pick<ChargeAttempt, 'endUnsent'>
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  readonly pause: Pause
}

/** The ages at which the order is looked for are whole seconds, and more than one request may wait for it. */
const lookAgainMs = 500

export function createMakeOrder(dependencies: MakeOrderDependencies): MakeOrder {
  const { checkoutsApi, checkouts, findMadeOrders, charging, elapsed, pause } = dependencies

  return async function makeOrder(attempt, { checkoutId, untilMs }, context) {
    try {
      // If this instance stood still, another one may have taken it for dead and let the order be made.
      if (elapsed() >= untilMs) {
        await checkouts.noteNotMade(attempt.id)
        throw stillOrdering()
      }
      const making = await checkoutsApi.makeOrder(checkoutId, context)
      context.log.info({ paymentId: attempt.id, outcome: making.kind }, 'order of a checkout asked for')
      const placed = await placedBy(making, attempt, checkoutId, untilMs, context)
      if (placed.orderId !== null && placed.status === 'claimed')
        return { ...placed, orderId: placed.orderId }
      // It was taken away meanwhile, or another payment holds the order.
      throw new Problem('order_payment_in_progress', { retryAfterSeconds: ASK_AGAIN_SECONDS })
    } catch (error) {
      return charging.endUnsent({ attempt, context }, error)
    }
  }

  async function placedBy(
    making: OrderMaking,
    attempt: PaymentAttempt,
    checkoutId: string,
    untilMs: number,
    context: RequestContext,
  ): Promise<PaymentAttempt> {
    switch (making.kind) {
      case 'made':
        return (await checkouts.noteMade(attempt.id, making.orderId)) ?? attempt
      case 'not_made':
        // If this cannot be written, looks that find no order free the checkout later.
        await checkouts.noteNotMade(attempt.id).catch(() => {})
        throw notMade(making)
      case 'unknown':
        return await waitFor(attempt, checkoutId, untilMs, context)
      default:
        return making satisfies never
    }
  }

  async function waitFor(
    attempt: PaymentAttempt,
    checkoutId: string,
    untilMs: number,
    { purpose }: RequestContext,
  ): Promise<PaymentAttempt> {
    while (elapsed() < untilMs) {
      await pause(lookAgainMs)
      await findMadeOrders(purpose)
      const { payments } = await checkouts.find(checkoutId)
      const present = payments.find(({ id }) => id === attempt.id)
      if (present && (present.orderId !== null || present.status !== 'claimed')) return present
    }
    throw stillOrdering()
  }
}

/** It is not known yet whether BigCommerce has made the order of the checkout. */
export const stillOrdering = (): Problem =>
  new Problem('upstream_unavailable', {
    detail:
      'BigCommerce did not say in time whether it has made the order of this checkout. Nothing was charged by this request. Send the same request with the same key again.',
    retryAfterSeconds: ASK_AGAIN_SECONDS,
  })

function notMade(making: Extract<OrderMaking, { readonly kind: 'not_made' }>): Problem {
  switch (making.why) {
    case 'not_ready':
      return new Problem('checkout_not_ready')
    case 'gone':
      return new Problem('upstream_unavailable', { reason: 'checkout_gone' })
    case 'refused':
      return new Problem('upstream_refused')
    case 'not_asked':
      return making.problem
    default:
      return making satisfies never
  }
}
