import type { Run } from '../engine/run.ts'
import type { LedgerRows } from '../ledger/ledger-rows.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'
import { trueState } from '../upstream/store-order.ts'
import { callersOfCheckout } from './callers.ts'
import type { Front } from './front.ts'
import { paymentBy } from './instruments.ts'
import type { PayRequest } from './requests.ts'
import type { PaidCheckout } from './shopper.ts'

/** What a shopper of this order pays in its place; null for the order itself. */
export function paidCheckout(run: Run, bigCommerce: BigCommerce, planIndex: number): PaidCheckout | null {
  const plan = run.scenario.hazards.checkouts
  const checkout = bigCommerce.checkouts.at(planIndex)
  if (!plan || !checkout) return null
  const order = bigCommerce.orderAt(planIndex)
  if (order && !run.random.chance(plan.share)) return null
  run.happened('checkouts')
  return { id: checkout.id, dueMinor: () => restOf(bigCommerce, checkout.id) ?? checkout.totalMinor }
}

/** What is left of an order that was paid in part. */
function restOf({ orders }: BigCommerce, id: string): number | null {
  const states = orders.filter(({ cartId }) => cartId === id).map(trueState)
  const begun = states.findLast(({ partsMinor }) => partsMinor > 0)
  return begun ? begun.totalMinor - begun.partsMinor : null
}

export interface LastPayments {
  readonly front: Front
  readonly bigCommerce: BigCommerce
  readonly rows: LedgerRows
  readonly newKey: () => string
  readonly broken: (what: string) => void
  /** Whether no instance is taken for dead because of another's clock. */
  readonly hasTrueClocks: boolean
}

const openStates = new Set(['claimed', 'sending', 'unknown', 'pending', 'needs_review'])

/** Days after all faults are over a server pays each cart that is left: none of them may be held by what came to nothing. */
export function payAtLast({ front, bigCommerce, rows, newKey, broken, hasTrueClocks }: LastPayments): void {
  for (const { id, totalMinor } of bigCommerce.checkouts.all) {
    const isOpen = rows.attempts.some(({ cartId, status }) => cartId === id && openStates.has(status))
    const isCharged = bigCommerce.orders.some(({ cartId, charges }) => cartId === id && charges.length > 0)
    if (isOpen || isCharged || bigCommerce.checkouts.find(id) === null) continue
    const payment = paymentBy('card', 0)
    const [, , server = callersOfCheckout(id)[0]] = callersOfCheckout(id)
    const request: PayRequest = {
      caller: server,
      idempotencyKey: newKey(),
      command: { orderId: 0, payment, expectedAmount: totalMinor },
      checkoutId: id,
      bodyId: JSON.stringify(payment.instrument),
    }
    void front.pay(request).then((reply) => {
      const isHeld = reply.kind === 'problem' && reply.problem.code === 'order_payment_in_progress'
      if (isHeld && hasTrueClocks) broken(`3: checkout ${id} is held, and nothing of it is charged`)
    })
  }
}
