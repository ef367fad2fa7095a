import type { OrderMaking } from '../../../src/clients/bigcommerce/checkouts-api.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Run } from '../engine/run.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'

/** As the management host's client waits for an answer. */
const timeoutMs = 5_000
/** Longer than the service looks for what a lost request has made. */
const lateMsMax = 3 * 60_000

const notAsked = (): OrderMaking => ({
  kind: 'not_made',
  why: 'not_asked',
  problem: new Problem('upstream_unavailable'),
})

type Done = (making: OrderMaking) => void

/** The way of one request to make an order, and of its answer back. */
export function createMakingNetwork(run: Run, bigCommerce: BigCommerce) {
  const { random, scheduler } = run
  const strikes = (kind: Parameters<Run['strikes']>[0]) => run.strikes(kind)

  function carryOut(checkoutId: string): OrderMaking {
    if (strikes('making_refused')) return { kind: 'not_made', why: random.pick(['not_ready', 'refused']) }
    const order = bigCommerce.checkouts.makeOrder(checkoutId, 'checkout_api')
    run.trace?.('upstream', `makes order ${order?.id ?? 'none'} of ${checkoutId}`)
    return order ? { kind: 'made', orderId: order.id } : { kind: 'not_made', why: 'gone' }
  }

  return function make(checkoutId: string, done: Done): void {
    const lost = () => done({ kind: 'unknown' })
    if (strikes('making_refused_connection')) {
      scheduler.after(run.latencyMs(), () => done(notAsked()))
      return
    }
    scheduler.after(timeoutMs, lost)
    if (strikes('making_request_lost')) return
    if (strikes('making_error_before')) {
      scheduler.after(run.latencyMs(), lost)
      return
    }
    const lateMs = strikes('making_request_late') ? random.below(lateMsMax) : 0
    scheduler.after(run.latencyMs() + lateMs, () => {
      const making = carryOut(checkoutId)
      if (strikes('making_error_after')) return scheduler.after(run.latencyMs(), lost)
      // A reset connection fails at once; a silent one never does.
      if (strikes('making_answer_lost'))
        return random.chance(0.5) ? scheduler.after(run.latencyMs(), lost) : undefined
      const answerLateMs = strikes('making_answer_late') ? random.below(2 * timeoutMs) : 0
      scheduler.after(run.latencyMs() + answerLateMs, () => done(making))
    })
  }
}
