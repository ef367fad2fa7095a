import { Counter, Gauge, type Registry } from 'prom-client'
import type { EventSender } from '../clients/events/send-event.ts'
import type { EventOutbox, OutboxCount } from '../stores/event-outbox.ts'
import { measured } from './calls.ts'

/** The same function, whose results are counted. */
export type MeasureSending = (send: EventSender['send']) => EventSender['send']

export function createEventMetrics(registry: Registry): MeasureSending {
  const tries = new Counter({
    name: 'tillgate_event_tries_total',
    help: 'Events sent to EVENTS_URL, by result.',
    labelNames: ['result'],
    registers: [registry],
  })
  for (const result of ['delivered', 'failed', 'stopped']) tries.inc({ result }, 0)
  return (send) =>
    measured(send, ({ result }) =>
      tries.inc({ result: result.status === 'fulfilled' ? result.value.kind : 'failed' }),
    )
}

const none: OutboxCount = { waiting: 0, oldestMs: 0, dead: 0 }

/**
 * Shows at each scrape how the outbox stands; nothing while it cannot be read.
 *
 * @param count null where no events are sent.
 */
export function showOutbox(registry: Registry, count: EventOutbox['count'] | null): void {
  const registers = [registry]
  let reading: Promise<OutboxCount | null> | null = null
  /** One statement for both gauges of one scrape. */
  const read = () => {
    reading ??= (count === null ? Promise.resolve(none) : count())
      .catch(() => null)
      .finally(() => {
        reading = null
      })
    return reading
  }
  new Gauge({
    name: 'tillgate_events',
    help: 'Events that were not delivered, of all instances together: waiting for their next try, or given up (dead).',
    labelNames: ['state'],
    registers,
    async collect() {
      const counted = await read()
      this.reset()
      if (counted === null) return
      this.set({ state: 'waiting' }, counted.waiting)
      this.set({ state: 'dead' }, counted.dead)
    },
  })
  new Gauge({
    name: 'tillgate_events_oldest_age_seconds',
    help: 'Time since the oldest event that waits happened, 0 for none, of all instances together.',
    registers,
    async collect() {
      const counted = await read()
      this.reset()
      if (counted !== null) this.set(counted.oldestMs / 1_000)
    },
  })
}
