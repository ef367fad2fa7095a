import { Gauge, type Registry } from 'prom-client'
import type { TokenOutlook } from '../allowance/forecast.ts'
import type { PaymentTokenQueue } from '../allowance/permits.ts'
import type { PhaseMetrics } from './phase-metrics.ts'

export interface TokenMetrics {
  /** The same queue: how long payments wait in it, and how many do. */
  watchQueue(queue: PaymentTokenQueue): PaymentTokenQueue
  /** Asks, when somebody looks, when each of the store's tokens comes back. */
  watchTokens(outlook: () => Promise<TokenOutlook[]>): void
}

export function createTokenMetrics(registry: Registry, { timed }: PhaseMetrics): TokenMetrics {
  const registers = [registry]
  const waiting = new Gauge({
    name: 'tillgate_payments_waiting',
    help: 'Payments that wait for a token at this instance.',
    registers,
  })

  return {
    watchQueue: (queue) => ({
      ...queue,
      arrive(caller) {
        const payment = queue.arrive(caller)
        const takeToken = timed('queue', payment.takeToken)
        return {
          ...payment,
          takeToken() {
            waiting.inc()
            return takeToken().finally(() => waiting.dec())
          },
        }
      },
    }),

    watchTokens(outlook) {
      new Gauge({
        name: 'tillgate_payment_tokens',
        help: "The store's payment tokens, free or spent; of all instances together.",
        labelNames: ['state'],
        registers,
        async collect() {
          const tokens = await outlook().catch(() => null)
          this.reset()
          if (tokens === null) return
          const free = tokens.filter(({ backInMs }) => backInMs <= 0).length
          this.set({ state: 'free' }, free)
          this.set({ state: 'spent' }, tokens.length - free)
        },
      })
    },
  }
}
