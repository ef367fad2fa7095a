import { Gauge, type Registry } from 'prom-client'
import { UNSETTLED_STATUSES } from '../domain/payment-attempt.ts'
import { AGES } from '../stores/count-unsettled.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'

/**
 * Shows at each scrape how the ledger stands. While it cannot be read these gauges say nothing, rather than something
 * old.
 */
export function showUnsettled(
  registry: Registry,
  { count: countUnsettled, countUnaccounted }: Pick<UnsettledAttempts, 'count' | 'countUnaccounted'>,
): void {
  const registers = [registry]
  let reading: ReturnType<UnsettledAttempts['count']> | null = null
  /** One statement for both gauges of one scrape. */
  const read = () => {
    reading ??= countUnsettled().finally(() => {
      reading = null
    })
    return reading.catch(() => null)
  }

  new Gauge({
    name: 'tillgate_unsettled_payments',
    help: 'Payments without an end, of all instances together, by status and by the time since they were sent, at most.',
    labelNames: ['status', 'age'],
    registers,
    async collect() {
      const counts = await read()
      this.reset()
      if (counts === null) return
      for (const status of UNSETTLED_STATUSES) {
        for (const { age } of AGES) this.set({ status, age }, 0)
      }
      for (const { status, age, count } of counts) this.set({ status, age }, count)
    },
  })
  new Gauge({
    name: 'tillgate_unsettled_oldest_age_seconds',
    help: 'Time since the oldest payment without an end was sent, 0 for none, of all instances together.',
    labelNames: ['status'],
    registers,
    async collect() {
      const counts = await read()
      this.reset()
      if (counts === null) return
      for (const status of UNSETTLED_STATUSES) {
        const ages = counts.filter((each) => each.status === status).map(({ oldestMs }) => oldestMs)
        this.set({ status }, Math.max(0, ...ages) / 1_000)
      }
    },
  })
  // A counter would miss what `payments resolve` finds: that is another process.
  new Gauge({
    name: 'tillgate_unaccounted_charges',
    help: 'Orders on which BigCommerce shows a charge that no payment accounts for, of all instances together, by the time since that was found, at most.',
    labelNames: ['age'],
    registers,
    async collect() {
      const counts = await countUnaccounted().catch(() => null)
      this.reset()
      if (counts === null) return
      for (const { age } of AGES) this.set({ age }, 0)
      for (const { age, count } of counts) this.set({ age }, count)
    },
  })
}
