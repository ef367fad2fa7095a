import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { problemOfRefusal } from '../../../src/clients/bigcommerce/management-api.ts'
import type { PaymentRequest } from '../../../src/domain/payment-command.ts'
import { Problem } from '../../../src/domain/problem.ts'
import { START_MS } from '../engine/create-run.ts'
import type { Run } from '../engine/run.ts'
import { createSteppedClock } from '../engine/stepped-clock.ts'
import { type AccessToken, mintAccessToken, PAT_LIFE_MS } from './access-tokens.ts'
import { notPayable, refused, spentToken } from './answers.ts'
import { type BooksOptions, createBooks } from './books.ts'
import { planCartActs } from './cart-users.ts'
import { createGateway } from './gateway.ts'
import { createMerchants } from './merchants.ts'
import { createStoreCheckouts, type StoreCheckouts } from './store-checkouts.ts'
import { STATUS, type StoreOrder, shownState, trueState } from './store-order.ts'
import { createStoreOrders } from './store-orders.ts'

/** A store with its orders and its books. It knows nothing of our keys, ledger and nodes. */
export interface BigCommerce {
  readonly orders: readonly StoreOrder[]
  readonly checkouts: StoreCheckouts
  /** The newest order of what the scenario calls its n-th. */
  orderAt(planIndex: number): StoreOrder | undefined
  orderOf(id: number): StoreOrder
  /** The answer to a charge has been read: whatever it says was BigCommerce's word. */
  answerRead(requestId: string): void
  /** BigCommerce's clock, which need not be right. */
  clock(): number
  /** @throws Problem as the management host's client would. */
  mint(orderId: number): string
  /**
   * A charge arrives; its answer is given later, after the processing.
   *
   * @param isBrisk it is processed, and shows, within half a minute.
   */
  charge(
    pat: string,
    payment: PaymentRequest,
    requestId: string,
    reply: (answer: UpstreamAnswer) => void,
    isBrisk?: boolean,
  ): void
}

const briskMs = 15_000

export function createBigCommerce(run: Run, options: Omit<BooksOptions, 'clock'>): BigCommerce {
  const { random, scenario, scheduler } = run
  const traits = scenario.upstream
  const tokens = new Map<string, AccessToken>()
  const clock = createSteppedClock(scheduler.now, START_MS, scenario.hazards.upstreamClock)
  const books = createBooks(run, { ...options, clock })
  const merchants = createMerchants(run, books)
  const askGateway = createGateway(run, books, merchants.onReserved, clock)
  const orders = createStoreOrders(run, clock)
  const checkouts = createStoreCheckouts(run, {
    orders,
    clock,
    onMade: (order) => options.onNews(order, 'made'),
  })
  const { isOneCheckout, checkouts: checkoutsPlan } = scenario.hazards
  const cartOf = (planIndex: number) => checkouts.at(planIndex)?.id ?? (isOneCheckout ? 'c1' : null)
  for (const [planIndex, plan] of scenario.orders.entries()) {
    if (checkoutsPlan && !random.chance(checkoutsPlan.madeBefore)) continue
    const { customerId = 7 } = checkouts.at(planIndex) ?? {}
    orders.add({
      planIndex,
      plan,
      cartId: cartOf(planIndex),
      source: 'external',
      customerId,
      listedAfterMs: 0,
    })
  }
  merchants.plan(orders.at)
  planCartActs(run, checkouts)

  function orderOf(id: number): StoreOrder {
    const order = orders.find(id)
    if (!order) throw new Problem('order_not_found')
    return order
  }

  /** What is left to pay; null when the order cannot be paid. */
  function payableMinor(order: StoreOrder): number | null {
    const state = traits.checksLag ? shownState(order, scheduler.now()) : trueState(order)
    if (order.unreadable === 'deleted') return null
    const isPartPaid = state.statusId === STATUS.pending && state.partsMinor > 0
    if ((state.statusId !== STATUS.incomplete && !isPartPaid) || state.isArchived) return null
    // A part that was given back is due again at once, as the promises rest on: else too little would be charged.
    return Math.max(0, state.totalMinor - Math.min(state.partsMinor, trueState(order).partsMinor))
  }

  function refusalOf(token: AccessToken | undefined): UpstreamAnswer | null {
    const isGood = token !== undefined && !token.isSpent && clock() < token.expiresAtMs
    if (!isGood && !traits.looksAtOrderFirst) return spentToken()
    if (token === undefined) return spentToken()
    const dueMinor = payableMinor(orderOf(token.orderId))
    if (dueMinor === null) return notPayable()
    if (!isGood) return spentToken()
    return dueMinor === token.amountMinor ? null : refused(422, 30004)
  }

  return {
    checkouts,
    orders: orders.all,
    orderAt: orders.at,
    orderOf,
    clock,

    answerRead(requestId) {
      for (const { charges } of orders.all)
        for (const charge of charges) if (charge.requestId === requestId) charge.wasSeenOpen = true
    },

    mint(orderId) {
      if (orderOf(orderId).unreadable === 'refused') throw new Problem('upstream_refused')
      const dueMinor = payableMinor(orderOf(orderId))
      if (dueMinor === null) throw problemOfRefusal(notPayable())
      const token = mintAccessToken(tokens.size, orderId, dueMinor, clock())
      tokens.set(token.text, token)
      return token.text
    },

    charge(pat, payment, requestId, reply, isBrisk = false) {
      const token = tokens.get(pat)
      const refusal = refusalOf(token)
      // A payment whose PAT is accepted uses the PAT up.
      if (token) token.isSpent = true
      if (refusal !== null || token === undefined) {
        run.trace?.('upstream', `refuses the charge of ${requestId} with ${refusal?.status}`)
        return reply(refusal ?? spentToken())
      }
      const order = orderOf(token.orderId)
      const { payment_method_id: paymentMethodId, instrument } = payment
      const patIssuedAtMs = token.expiresAtMs - PAT_LIFE_MS
      const showsWithinMs = isBrisk ? briskMs : null
      const sale = {
        order,
        dueMinor: token.amountMinor,
        requestId,
        paymentMethodId,
        patIssuedAtMs,
        showsWithinMs,
      }
      const lifeMs = token.expiresAtMs - clock()
      const processingMsMax = isBrisk ? Math.min(briskMs, traits.processingMsMax) : traits.processingMsMax
      const processingMs = processingMsMax === 0 ? 0 : random.below(processingMsMax)
      run.trace?.('upstream', `takes up the charge of ${requestId} for ${processingMs} ms`)
      const patLifeMs = lifeMs - processingMs
      const { type: instrumentType } = instrument
      order.underWay++
      scheduler.after(processingMs, () => {
        order.underWay--
        reply(askGateway({ ...sale, patLifeMs, instrumentType }))
      })
    },
  }
}
