import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Caller } from '../domain/caller.ts'
import type { KeyScope } from '../domain/idempotency-key.ts'
import type { Money } from '../domain/money.ts'
import type { Order } from '../domain/order.ts'
import { ASK_AGAIN_SECONDS } from '../domain/payment-answer.ts'
import type { OrderAttempt } from '../domain/payment-attempt.ts'
import type { PaymentRequest } from '../domain/payment-command.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { Checkouts, OrderingClaim } from '../stores/checkouts.ts'
import type { Claim } from '../stores/claim-attempt.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { AuthorizedPayment } from './authorize-order.ts'
import type { VelocityGate } from './card-testing.ts'
import type { ChargeAttempt, Pause } from './charge-attempt.ts'
import type { FindMadeOrders } from './find-made-orders.ts'
import { alreadyPaid, refuseClaim } from './held-orders.ts'
import { type MakeOrder, ORDERING_MS_MAX, stillOrdering } from './make-order.ts'
import type { CheckoutView, ReadCheckout } from './read-checkout.ts'

export interface PayCheckoutCommand {
  readonly caller: Caller
  /** In lower case. */
  readonly checkoutId: string
  readonly idempotencyKey: string
  readonly payment: PaymentRequest
  /** What the shopper agreed to, in minor units. Required, since there may be no order yet that says what is due. */
  readonly expectedAmount: number
}

interface WantedPayment {
  readonly command: PayCheckoutCommand
  readonly scope: KeyScope
  readonly fingerprint: string
  readonly id: string
}

/** A checkout's payment that holds its order, or one that its key stands for already. */
export type ClaimedCheckout = Exclude<Step, { readonly kind: 'again' }>

/**
 * Decides which order of a checkout is paid, has one made where there is none, and claims it.
 *
 * @throws Problem; no attempt holds anything then.
 */
export type ClaimCheckout = (wanted: WantedPayment, context: RequestContext) => Promise<ClaimedCheckout>

export interface ClaimCheckoutDependencies {
  readonly attempts: Pick<PaymentAttempts, 'claim'>
  readonly checkouts: Pick<Checkouts, 'claimOrdering'>
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'createPaymentAccessToken'>
  readonly velocityGate: VelocityGate
  readonly readCheckout: ReadCheckout
  readonly makeOrder: MakeOrder
  readonly findMadeOrders: FindMadeOrders
  readonly charging: Pick<ChargeAttempt, 'endUnsent' | 'freeLostClaim'>
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  readonly pause: Pause
}

/** The result of one decision: claimed with its order, known by its key, or to be decided again. */
type Step =
  | { readonly kind: 'claimed'; readonly attempt: OrderAttempt; readonly authorized: AuthorizedPayment }
  | Extract<Claim, { readonly kind: 'known' }>
  | { readonly kind: 'again' }

export function createClaimCheckout(dependencies: ClaimCheckoutDependencies): ClaimCheckout {
  const { attempts, checkouts, managementApi, velocityGate, readCheckout, makeOrder, charging } = dependencies
  const { findMadeOrders, elapsed, pause } = dependencies

  return claimCheckout

  /**
   * Takes a place in the limits against card testing, and claims the order that is to be paid. Once there is an attempt, the ledger gives
   * the place back when it ends; until then we do.
   */
  async function claimCheckout(wanted: WantedPayment, context: RequestContext): Promise<ClaimedCheckout> {
    const { command, id } = wanted
    await velocityGate.reserve(id, command.caller, context)
    const held = { isClaimed: false }
    try {
      const untilMs = elapsed() + ORDERING_MS_MAX
      for (;;) {
        const view = await readCheckout(command, context)
        const step = await takeStep(wanted, view, held, context)
        if (step.kind !== 'again') return step
        if (elapsed() >= untilMs) throw stillOrdering()
        await pause(decideAgainMs)
      }
    } finally {
      if (!held.isClaimed) await velocityGate.release(id, context)
    }
  }

  async function takeStep(
    wanted: WantedPayment,
    view: CheckoutView,
    held: { isClaimed: boolean },
    context: RequestContext,
  ): Promise<Step> {
    const { choice, record } = view
    switch (choice.kind) {
      case 'paid':
        throw alreadyPaid(choice.order.id, record.payments)
      case 'not_payable':
        throw new Problem('order_not_payable')
      case 'use':
        return claimOrder(wanted, choice.order, held, context)
      case 'none':
        if (record.ordering) {
          // Its payment has ended without the order. The next payment waits until we know whether the order was made.
          await findMadeOrders(context.purpose)
          return { kind: 'again' }
        }
        return order(wanted, view, held, context)
      default:
        return choice satisfies never
    }
  }

  /** Claims an order that is there already: BigCommerce may show a charge on it that was not ours. */
  async function claimOrder(
    { command, scope, fingerprint, id }: WantedPayment,
    found: Order,
    held: { isClaimed: boolean },
    context: RequestContext,
  ): Promise<Step> {
    const attempt = { ...newAttempt(command, id, context), orderId: found.id, cartId: command.checkoutId }
    const claim = await attempts
      .claim(scope, fingerprint, attempt)
      .catch((error) => charging.freeLostClaim(scope, id, error))
    if (claim.kind === 'known') return claim
    if (claim.kind !== 'claimed') return refuseClaim(claim, context)
    held.isClaimed = true
    return {
      kind: 'claimed',
      attempt: claim.attempt,
      authorized: { order: found, minting: null, wasThereBefore: true },
    }
  }

  /** Writes *ordering* down, then lets BigCommerce make an order of the checkout. */
  async function order(
    { command, scope, fingerprint, id }: WantedPayment,
    { checkout, orders, record }: CheckoutView,
    held: { isClaimed: boolean },
    context: RequestContext,
  ): Promise<Step> {
    if (!checkout) throw new Problem('checkout_not_found')
    refuseOtherTotal(checkout.total, command.expectedAmount)
    const untilMs = elapsed() + ORDERING_MS_MAX
    const claim = await checkouts
      .claimOrdering(scope, fingerprint, {
        ...newAttempt(command, id, context),
        checkoutId: command.checkoutId,
        boundTo: record.boundTo,
        makings: record.makings,
        cart: checkout.cart,
        newestOrder: Math.max(0, ...orders.map((one) => one.id)),
      })
      .catch((error) => charging.freeLostClaim(scope, id, error))
    if (claim.kind === 'known') return claim
    if (claim.kind === 'changed') return { kind: 'again' }
    if (claim.kind !== 'claimed') throw refusedOrdering(claim, context)
    held.isClaimed = true
    const wanted = { checkoutId: command.checkoutId, untilMs }
    const attempt = await makeOrder(claim.attempt, wanted, context).catch((error) =>
      lookAgainIfGone(command, error, context),
    )
    const authorized = await authorizeMade(attempt, checkout.customerId, context)
    return { kind: 'claimed', attempt, authorized }
  }

  /** The checkout was there a moment ago: it may have been paid since, and then the order says so. */
  async function lookAgainIfGone(
    command: PayCheckoutCommand,
    error: unknown,
    context: RequestContext,
  ): Promise<never> {
    if (!(error instanceof Problem) || error.options.reason !== 'checkout_gone') throw error
    const { choice, record } = await readCheckout(command, context)
    if (choice.kind === 'paid') throw alreadyPaid(choice.order.id, record.payments)
    throw error
  }

  /** Reads the order that was made; its access token is made at the same time, to save the shopper a wait. */
  async function authorizeMade(
    attempt: OrderAttempt,
    customerId: number | null,
    context: RequestContext,
  ): Promise<AuthorizedPayment> {
    const minting = managementApi.createPaymentAccessToken(attempt.orderId, context)
    minting.catch(() => {})
    try {
      const made = await managementApi.getOrder(attempt.orderId, context)
      if (made?.cartId !== attempt.cartId || made.customerId !== customerId)
        throw new Problem('upstream_unusable')
      return { order: made, minting }
    } catch (error) {
      return charging.endUnsent({ attempt, context }, error)
    }
  }
}

/** Between two decisions: as soon as news of an order that is being made can be there. */
const decideAgainMs = 1_000

/** @throws Problem if the checkout costs nothing, or another amount than the shopper agreed to. */
function refuseOtherTotal(total: Money | null, expectedAmount: number): void {
  if (!total) throw new Problem('upstream_unusable')
  // Nothing is due, and an amount to agree to is 1 or more.
  if (total.amount <= 0) throw new Problem('order_not_payable')
  if (total.amount !== expectedAmount) throw new Problem('amount_changed', { money: total })
}

function refusedOrdering(
  { kind, retryAfterSeconds }: Extract<OrderingClaim, { readonly retryAfterSeconds: number }>,
  context: RequestContext,
): Problem {
  context.log.warn({}, 'payment refused after too many failed attempts')
  const detail =
    'Too many orders were made of this checkout, so no more is made for now. Nothing was charged by this request.'
  return new Problem('velocity_blocked', {
    retryAfterSeconds: Math.max(retryAfterSeconds, ASK_AGAIN_SECONDS),
    ...(kind === 'too_many_orders' ? { detail } : {}),
  })
}

const newAttempt = ({ caller, payment }: PayCheckoutCommand, id: string, context: RequestContext) => ({
  id,
  customerId: caller.customerId,
  instrumentType: payment.instrument.type,
  paymentMethodId: payment.payment_method_id,
  correlationId: context.correlationId,
  requestId: context.requestId,
})
