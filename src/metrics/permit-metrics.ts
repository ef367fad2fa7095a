import { Gauge, type Registry } from 'prom-client'
import type { PermitOutlook } from '../allowance/permit-store.ts'
import type { Permits } from '../allowance/permits.ts'
import type { PhaseMetrics } from './phase-metrics.ts'

export interface PermitMetrics {
  /** The same permits: how long payments wait for one, and how many wait. */
  watchPermits(permits: Permits): Permits
  /** Asks at each scrape when each of the store's permits comes back. */
  watchAllowance(outlook: () => Promise<PermitOutlook[]>): void
}

export function createPermitMetrics(registry: Registry, { timed }: PhaseMetrics): PermitMetrics {
  const registers = [registry]
  const waiting = new Gauge({
    name: 'tillgate_payments_waiting',
    help: 'Payments that wait for a permit at this instance.',
    registers,
  })

  return {
    watchPermits: (permits) => ({
      ...permits,
      arrive(caller) {
        const payment = permits.arrive(caller)
        const takePermit = timed('queue', payment.takePermit)
        return {
          ...payment,
          takePermit() {
            waiting.inc()
            return takePermit().finally(() => waiting.dec())
          },
        }
      },
    }),

    watchAllowance(outlook) {
      new Gauge({
        name: 'tillgate_payment_tokens',
        help: "The store's permits for payments, free or spent, of all instances together.",
        labelNames: ['state'],
        registers,
        async collect() {
          const permits = await outlook().catch(() => null)
          this.reset()
          if (permits === null) return
          const free = permits.filter(({ backInMs }) => backInMs <= 0).length
          this.set({ state: 'free' }, free)
          this.set({ state: 'spent' }, permits.length - free)
        },
      })
    },
  }
}
