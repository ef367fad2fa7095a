import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { problemOfRefusal } from '../../../src/clients/bigcommerce/management-api.ts'
import type { PaymentRequest } from '../../../src/domain/payment-command.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Run } from '../engine/run.ts'
import { type AccessToken, mintAccessToken } from './access-tokens.ts'
import { notPayable, refused, spentToken } from './answers.ts'
import { type BooksOptions, createBooks } from './books.ts'
import { createGateway } from './gateway.ts'
import { CURRENCY, STATUS, type StoreOrder, shownState, trueState } from './store-order.ts'

/** A store with its orders and its books. It knows nothing of our keys, ledger and nodes. */
export interface BigCommerce {
  readonly orders: readonly StoreOrder[]
  orderOf(id: number): StoreOrder
  /** @throws Problem as the management host's client would. */
  mint(orderId: number): string
  /** A charge arrives; its answer is given later, after the processing. */
  charge(
    pat: string,
    payment: PaymentRequest,
    requestId: string,
    reply: (answer: UpstreamAnswer) => void,
  ): void
}

const FIRST_ORDER_ID = 100

/** The trace of a card that was declined elsewhere, before the first request to us. */
const declinedElsewhere = (amount: number) => ({
  transaction: {
    id: 1_000,
    method: '',
    gatewayTransactionId: '',
    event: 'purchase',
    status: 'error',
    money: { amount, currency: CURRENCY },
    paymentMethodId: 'stripe.card',
    referenceId: null,
    createdAtMs: null,
  },
  shown: { fromMs: 0, flash: null },
})

export function createBigCommerce(run: Run, options: BooksOptions): BigCommerce {
  const { random, scenario, scheduler } = run
  const traits = scenario.upstream
  const tokens = new Map<string, AccessToken>()
  const askGateway = createGateway(run, createBooks(run, options))
  const orders = scenario.orders.map(
    ({ totalMinor, balanceMinor }, index): StoreOrder => ({
      id: FIRST_ORDER_ID + index,
      totalMinor,
      customerId: 7,
      balanceMinor,
      changes: [],
      transactions: traits.wasDeclinedElsewhere ? [declinedElsewhere(totalMinor)] : [],
      charges: [],
    }),
  )

  function orderOf(id: number): StoreOrder {
    const order = orders[id - FIRST_ORDER_ID]
    if (!order) throw new Problem('order_not_found')
    return order
  }

  /** What is left to pay; null when the order cannot be paid. */
  function payableMinor(order: StoreOrder): number | null {
    const state = traits.checksLag ? shownState(order, scheduler.now()) : trueState(order)
    const isPartPaid = state.statusId === STATUS.pending && state.partsMinor > 0
    if (state.statusId !== STATUS.incomplete && !isPartPaid) return null
    return order.totalMinor - state.partsMinor
  }

  function refusalOf(token: AccessToken | undefined): UpstreamAnswer | null {
    const isGood = token !== undefined && !token.isSpent && scheduler.now() < token.expiresAtMs
    if (!isGood && !traits.looksAtOrderFirst) return spentToken()
    if (token === undefined) return spentToken()
    const dueMinor = payableMinor(orderOf(token.orderId))
    if (dueMinor === null) return notPayable()
    if (!isGood) return spentToken()
    return dueMinor === token.amountMinor ? null : refused(422, 30004)
  }

  return {
    orders,
    orderOf,

    mint(orderId) {
      const dueMinor = payableMinor(orderOf(orderId))
      if (dueMinor === null) throw problemOfRefusal(notPayable())
      const token = mintAccessToken(tokens.size, orderId, dueMinor, scheduler.now())
      tokens.set(token.text, token)
      return token.text
    },

    charge(pat, payment, requestId, reply) {
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
      const sale = { order, dueMinor: token.amountMinor, requestId, paymentMethodId }
      const processingMs = traits.processingMsMax === 0 ? 0 : random.below(traits.processingMsMax)
      run.trace?.('upstream', `takes up the charge of ${requestId} for ${processingMs} ms`)
      scheduler.after(processingMs, () => reply(askGateway({ ...sale, instrumentType: instrument.type })))
    },
  }
}
