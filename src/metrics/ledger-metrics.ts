import { Gauge, type Registry } from 'prom-client'
import { UNSETTLED_STATUSES } from '../domain/payment-attempt.ts'
import { AGES } from '../stores/count-unsettled.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import {
  type AsyncMethod,
  type AsyncMethods,
  createDurations,
  measuredPart,
  type ObservePhase,
  resultOf,
} from './calls.ts'

/** The same ledger, subject by subject, each of whose calls is timed under the name of its method. */
export type MeasureLedger = <Ledger extends Subjects<Ledger>>(ledger: Ledger) => Ledger

type Subjects<Ledger> = { readonly [Name in keyof Ledger]: AsyncMethods<Ledger[Name]> }

/** The loop asks for the one every half second, people for the other; no shopper waits for either. */
const background = new Set(['unsettled', 'desk'])

export function createLedgerMetrics(registry: Registry, observePhase: ObservePhase): MeasureLedger {
  const durations = createDurations(registry, {
    name: 'tillgate_ledger_call_duration_seconds',
    help: 'Calls on the ledger, by operation and result.',
    labelNames: ['operation', 'result'],
  })
  return (ledger) =>
    Object.fromEntries(
      Object.entries<Record<string, AsyncMethod>>(ledger).map(([name, subject]) => [
        name,
        measuredPart(subject, ({ operation, seconds, result }) => {
          durations.observe({ operation, result: resultOf(result, 'done') }, seconds)
          if (!background.has(name)) observePhase('store', seconds)
        }),
      ]),
    ) as typeof ledger
}

/**
 * Shows at each scrape how the ledger stands. While it cannot be read these gauges say nothing, rather than something
 * old.
 */
export function showUnsettled(registry: Registry, countUnsettled: UnsettledAttempts['count']): void {
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
}
