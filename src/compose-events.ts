import { setTimeout } from 'node:timers/promises'
import { createEventSender } from './clients/events/send-event.ts'
import type { Config } from './config/config.ts'
import { createRenewable, type Renewable } from './config/renewable.ts'
import { isSameSealed, type Sealed } from './domain/sealed.ts'
import type { Log } from './logging/log-entry.ts'
import type { Metrics } from './metrics/create-metrics.ts'
import { version } from './own-package.ts'
import { createEventDelivery, EVENTS_OUT_MAX } from './services/deliver-events.ts'
import type { EventOutbox } from './stores/event-outbox.ts'

export interface Reporting {
  /** Begins to send what is in the outbox. */
  start(): void
  /** Sends what the last payments have told, if the receiver takes it within seconds, then closes its connections. */
  close(): Promise<void>
  /** What signs events, to be read again from its file; of nothing where none are sent. */
  readonly renewables: Readonly<Record<string, Renewable<unknown>>>
}

export interface ReportingOptions {
  readonly config: Pick<Config, 'events' | 'renewals'>
  readonly outbox: EventOutbox
  readonly metrics: Pick<Metrics, 'sending'>
  readonly log: Log
}

/** Puts together what reports payments' ends to EVENTS_URL. Where none is set it does nothing. */
export function composeReporting({ config, outbox, metrics, log }: ReportingOptions): Reporting {
  const { events, renewals } = config
  if (events === null) return { start() {}, async close() {}, renewables: {} }
  const eventsSecret = createRenewable<Sealed<string>>(events.secret, renewals.eventsSecret, isSameSealed)
  const sender = createEventSender({
    url: events.url,
    secret: eventsSecret.current,
    userAgent: `Tillgate/${version}`,
    now: Date.now,
    connectionsMax: EVENTS_OUT_MAX,
  })
  const delivery = createEventDelivery({
    outbox,
    send: metrics.sending(sender.send),
    now: Date.now,
    random: Math.random,
    sleep: (forMs, signal) => setTimeout(forMs, undefined, { signal }).catch(() => {}),
    log,
  })
  return {
    start: delivery.start,
    async close() {
      await delivery.stop()
      await sender.close()
    },
    renewables: { eventsSecret },
  }
}
