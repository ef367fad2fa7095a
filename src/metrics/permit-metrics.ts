import { Gauge, type Registry } from 'prom-client'
import type { Outlook } from '../allowance/permit-store.ts'
import type { Permits } from '../allowance/permits.ts'
import { measured, type ObservePhase } from './calls.ts'

/** The same permits: how long payments wait for one, and how many wait. */
export type MeasurePermits = (permits: Permits) => Permits

export function createPermitMetrics(registry: Registry, observePhase: ObservePhase): MeasurePermits {
  const waiting = new Gauge({
    name: 'tillgate_payments_waiting',
    help: 'Payments that wait for a permit at this instance.',
    registers: [registry],
  })

  return (permits) => ({
    ...permits,
    arrive(caller) {
      const payment = permits.arrive(caller)
      const takePermit = measured(payment.takePermit, ({ seconds }) => observePhase('queue', seconds))
      return {
        ...payment,
        takePermit() {
          waiting.inc()
          return takePermit().finally(() => waiting.dec())
        },
      }
    },
  })
}

/** Shows at each scrape which of the store's permits are free. */
export function showAllowance(registry: Registry, outlook: () => Promise<Outlook>): void {
  new Gauge({
    name: 'tillgate_payment_tokens',
    help: "The store's permits for payments, free or spent, of all instances together.",
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const seen = await outlook().catch(() => null)
      this.reset()
      if (seen === null) return
      const { permits } = seen
      const free = permits.filter(({ backInMs }) => backInMs <= 0).length
      this.set({ state: 'free' }, free)
      this.set({ state: 'spent' }, permits.length - free)
    },
  })
}
