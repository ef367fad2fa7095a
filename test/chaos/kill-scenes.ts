import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { createOrder, guideOrder } from '../support/orders.ts'
import type { Device } from './device.ts'
import { eventsHeader, loseEndHeader } from './kill-header.ts'
import type { Subject } from './told.ts'

/** What a payment comes upon: each scene has boundaries of its own. */
export interface KillScene {
  readonly name: string
  /** Headers of the payment at whose boundaries the instance is killed. */
  readonly headers?: Readonly<Record<string, string>>
  /** How long it may go on after the answer; a boundary that it has not reached by then is not reached. */
  readonly goesOnMs?: number
  /**
   * Makes its order or checkout, and lets happen what is to have happened before.
   *
   * @param deviceFor makes what pays another order, or the same one earlier.
   */
  prepare(sandbox: Sandbox, deviceFor: (subject: Subject) => Promise<Device>): Promise<Subject>
}

const declinedCard = '4000000000000002'
const anyCard = '4242424242424242'
/** A payment that is pending settles after 300 ms; the service asks about it a few times until it has seen that. */
const asksMax = 40

/** Those of `npm test`, which has minutes. The long run has all. */
export const shortScenes: readonly KillScene[] = [
  {
    name: 'an order of a checkout',
    prepare: async (sandbox) => ({ orderId: createOrder(sandbox, { cart_id: randomUUID() }) }),
  },
]

export const killScenes: readonly KillScene[] = [
  { name: 'an order of no checkout', prepare: async (sandbox) => ({ orderId: createOrder(sandbox) }) },
  ...shortScenes,
  {
    name: 'a checkout that goes over from an order whose card was declined',
    async prepare(sandbox, deviceFor) {
      const cart_id = randomUUID()
      const earlier = await deviceFor({ orderId: createOrder(sandbox, { cart_id }) })
      await earlier.pay(randomUUID(), declinedCard)
      return { orderId: createOrder(sandbox, { cart_id }) }
    },
  },
  {
    name: 'a look, after an earlier payment ended in doubt',
    async prepare(sandbox, deviceFor) {
      const orderId = createOrder(sandbox)
      await sandbox.faults.add({
        operation: 'pay',
        order_id: orderId,
        kind: 'pending',
        settle_ms: 300,
        settles_to: 'declined',
        times: 1,
      })
      const earlier = await deviceFor({ orderId })
      await earlier.pay(randomUUID(), anyCard)
      for (let asks = 0; asks < asksMax; asks++) {
        const { payments } = await earlier.look()
        if (payments.some(({ status }) => status === 'declined')) break
        await sleep(250)
      }
      return { orderId }
    },
  },
  {
    name: 'a charge that is sent again after a 429',
    async prepare(sandbox) {
      const orderId = createOrder(sandbox)
      const fault = { operation: 'pay', order_id: orderId, times: 1 } as const
      await sandbox.faults.add({ ...fault, kind: 'rate_limited', retry_after_seconds: 1 })
      return { orderId }
    },
  },
  {
    name: 'an end that is kept while the ledger is away',
    headers: { [loseEndHeader]: 'yes' },
    goesOnMs: 1_500,
    prepare: async (sandbox) => ({ orderId: createOrder(sandbox) }),
  },
  {
    name: 'an event of its end',
    headers: { [eventsHeader]: 'yes' },
    goesOnMs: 3_000,
    prepare: async (sandbox) => ({ orderId: createOrder(sandbox) }),
  },
  { name: 'a checkout that is no order yet', prepare: async (sandbox) => openCheckout(sandbox) },
  {
    name: 'a checkout whose order was made, and the answer lost',
    async prepare(sandbox) {
      const checkout = openCheckout(sandbox)
      const fault = { operation: 'checkout_orders', checkout_id: checkout.checkoutId, times: 1 } as const
      await sandbox.faults.add({ ...fault, kind: 'reset_after_charge' })
      return checkout
    },
  },
  {
    name: 'a checkout that another application has made an order of',
    async prepare(sandbox) {
      const checkout = openCheckout(sandbox)
      sandbox.checkouts.makeOrder(checkout.checkoutId)
      return checkout
    },
  },
]

const openCheckout = (sandbox: Sandbox) => ({
  orderId: 0,
  checkoutId: sandbox.checkouts.create({ customer_id: guideOrder.customer_id }).id,
})
