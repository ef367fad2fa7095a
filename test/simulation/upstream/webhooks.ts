import type { Run } from '../engine/run.ts'
import type { StoreOrder } from './store-order.ts'

const delayMsMax = 180_000

/** BigCommerce's webhooks: not always, late, in any order, and sometimes twice. */
type Deliver = (orderId: number, delivery: number, checkoutId: string | null) => void

export function createWebhooks(run: Run, deliver: Deliver) {
  const { random, scheduler } = run
  let deliveries = 0
  return {
    /** @param made whether its cart has become this order. */
    onNews({ id, cartId }: StoreOrder, made: 'made' | null = null): void {
      if (random.chance(0.5)) return
      const checkoutId = made && cartId
      const delivery = ++deliveries
      scheduler.after(random.below(delayMsMax), () => deliver(id, delivery, checkoutId))
      if (run.strikes('webhook_doubled'))
        scheduler.after(random.below(delayMsMax), () => deliver(id, delivery, checkoutId))
    },
  }
}
