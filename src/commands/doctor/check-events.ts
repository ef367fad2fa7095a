import { randomUUID } from 'node:crypto'
import { createEventSender } from '../../clients/events/send-event.ts'
import type { Config } from '../../config/config.ts'
import { version } from '../../own-package.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning } = findingsOf('events')

/** Sends a test event to EVENTS_URL, signed as all are, and says what came back. Payments work without it. */
export async function checkEvents({ url, secret }: NonNullable<Config['events']>): Promise<Finding[]> {
  const sender = createEventSender({
    url,
    secret: () => secret,
    userAgent: `Tillgate/${version} (doctor)`,
    now: Date.now,
    connectionsMax: 1,
  })
  try {
    const body = JSON.stringify({ type: 'test', timestamp: new Date().toISOString(), data: {} })
    const { host } = new URL(url)
    const delivery = await sender.send({ id: `evt_test_${randomUUID()}`, body })
    if (delivery.kind === 'delivered') return [ok(`${host} took a test event (${delivery.status}).`)]
    const [status, why] = delivery.kind === 'failed' ? [delivery.status, delivery.why] : [null, 'stopped']
    return [warning(`${host} did not take a test event: ${why}.`, adviceOn(status))]
  } finally {
    await sender.close()
  }
}

function adviceOn(status: number | null): string {
  if (status === null)
    return 'Check the address in EVENTS_URL, its certificate, and whether the receiver runs and can be reached from here.'
  if (status >= 300 && status < 400) return 'Redirects are not followed: set EVENTS_URL to where it leads.'
  if (status === 400 || status === 401 || status === 403)
    return 'Give the receiver the secret in EVENTS_SECRET, and let it take types that it does not know (docs/integrate/events.md).'
  return 'Any 2xx takes an event, also one of a type that the receiver does not know (docs/integrate/events.md).'
}
