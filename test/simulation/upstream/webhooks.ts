import type { Run } from '../engine/run.ts'
import type { StoreOrder } from './store-order.ts'

const delayMsMax = 180_000

/** BigCommerce's webhooks: not always, late, in any order, and sometimes twice. */
export function createWebhooks(run: Run, deliver: (orderId: number, delivery: number) => void) {
  const { random, scheduler } = run
  let deliveries = 0
  return {
    onNews({ id }: StoreOrder): void {
      if (random.chance(0.5)) return
      const delivery = ++deliveries
      scheduler.after(random.below(delayMsMax), () => deliver(id, delivery))
      if (run.strikes('webhook_doubled'))
        scheduler.after(random.below(delayMsMax), () => deliver(id, delivery))
    },
  }
}
